/** The figures of a monitor as elements, renewed in place. */
import type { Stage } from "../timing/spans.js";
import type { BottleneckKind } from "./advice.js";
import type { WaitCause } from "./blame.js";
import { bytesText, msText, numberText, percentText } from "./format.js";
import type { MonitorReport } from "./monitor.js";
import { type RecentRates, recentRates } from "./recent.js";
import { Sparkline } from "./sparkline.js";

/** Where work is done, which decides its colour. */
type Place = "network" | "processor" | "gpu" | "page" | "queue";

const stagePlaces = {
  plan: "page",
  queue: "queue",
  disk: "network",
  fetch: "network",
  decode: "processor",
  transfer: "page",
  upload: "gpu",
  render: "processor",
} as const satisfies Partial<Record<Stage, Place>>;
const shownStages = Object.keys(stagePlaces) as (keyof typeof stagePlaces)[];
const workStages = shownStages.filter((stage) => stage !== "queue");

const kindClasses: Readonly<Record<BottleneckKind, string>> = {
  none: "queue",
  consumer: "good",
  "fetch-latency": "network",
  "fetch-bandwidth": "network",
  connections: "network",
  decode: "processor",
  disk: "network",
  "render-cpu": "processor",
  "render-gpu": "gpu",
  planning: "page",
  transfer: "page",
  budget: "bad",
  thrash: "bad",
};

const tiers = ["memory", "gpu", "disk"] as const;
const tierLabels = { memory: "Memory", gpu: "GPU", disk: "Disk" } as const;

/** Looks that a sparkline shows, and over how many of them rates are taken. */
const looks = 60;
const rateLooks = 4;
/** Causes with a key of their own. */
const keys = 3;

type Renewal = (report: MonitorReport, rates: RecentRates) => void;

export class MonitorView {
  readonly element = make("div", "monitor");
  readonly #renewals: Renewal[] = [];
  readonly #sparks: Sparkline[] = [];
  /** The latest, the oldest first. */
  #reports: MonitorReport[] = [];

  constructor() {
    this.element.append(this.#verdict(), this.#sparklines(), this.#waits(), this.#stages(), this.#tiers());
  }

  /** Shows a report; rates are those since the reports shown before it. */
  show(report: MonitorReport): void {
    this.#reports = [...this.#reports.slice(-rateLooks), report];
    const rates = recentRates(this.#reports[0]!, report);
    for (const renew of this.#renewals) renew(report, rates);
  }

  /** Forgets what was shown, before another monitor's reports. */
  clear(): void {
    this.#reports = [];
    for (const spark of this.#sparks) spark.clear();
  }

  #verdict(): HTMLElement {
    const title = make("b", "");
    const text = make("span", "");
    const advice = make("small", "");
    const box = make("div", "verdict", title, text, advice);
    box.setAttribute("role", "status");
    this.#renewals.push(({ bottleneck: { kind, summary, recommendation } }) => {
      const [head, rest] = summary.split(/: (.*)/);
      box.className = `verdict ${kindClasses[kind]}`;
      box.dataset.kind = kind;
      setText(title, rest === undefined ? "No bottleneck" : head!);
      setText(text, rest === undefined ? summary : `${rest[0]!.toUpperCase()}${rest.slice(1)}`);
      setText(advice, recommendation);
    });
    return box;
  }

  #sparklines(): HTMLElement {
    const figure = (
      place: string,
      label: string,
      least: number,
      read: (rates: RecentRates) => number,
      say: (value: number) => string,
    ): HTMLElement => {
      const value = make("b", "");
      const spark = new Sparkline(looks, least);
      this.#sparks.push(spark);
      this.#renewals.push((_, rates) => {
        setText(value, say(read(rates)));
        spark.add(read(rates));
      });
      return make("div", `spark ${place}`, value, make("span", "", label), spark.element);
    };
    return make(
      "div",
      "sparks",
      figure("good", "batches/s", 1, ({ batchesPerSecond }) => batchesPerSecond, numberText),
      figure(
        "network",
        "from the network",
        1024,
        ({ fetchedPerSecond }) => fetchedPerSecond,
        (bytes) => `${bytesText(bytes)}/s`,
      ),
      figure("bad", "waiting", 1, ({ waitShare }) => waitShare ?? 0, percentText),
    );
  }

  #waits(): HTMLElement {
    const stack = make("div", "stack");
    const list = make("div", "keys");
    this.#renewals.push(({ pace }) => {
      const causes = Object.entries(pace.waitedFor) as [WaitCause, number][];
      const sorted = causes.sort(([, a], [, b]) => b - a);
      const parts = sorted.map(([cause, ms]) => {
        const part = make("i", causePlace(cause));
        part.style.flexGrow = `${ms}`;
        part.title = `${cause}: ${msText(ms)}`;
        return part;
      });
      stack.replaceChildren(...parts);
      const named = sorted
        .slice(0, keys)
        .map(([cause, ms]) => make("span", causePlace(cause), `${cause} ${percentText(ms / pace.waitMs)}`));
      list.replaceChildren(...named);
    });
    return section("What batches waited for", stack, list);
  }

  #stages(): HTMLElement {
    const rows = make("div", "rows");
    rows.append(
      make("span", ""),
      make("span", ""),
      make("span", "head", "median"),
      make("span", "head", "95 %"),
    );
    for (const stage of shownStages) {
      const level = make("i", "");
      const median = make("span", "value");
      const high = make("span", "value dim");
      const name = make("span", "", stage);
      // Waiting in a queue is no work: it has no bar beside those of work.
      const isWork = stage !== "queue";
      rows.append(name, make("div", isWork ? `bar ${stagePlaces[stage]}` : "", level), median, high);
      this.#renewals.push(({ stages }, { busy }) => {
        const most = Math.max(1, ...workStages.map((other) => busy[other]));
        const { count, p50Ms, p95Ms, totalMs, bytes, slow } = stages[stage];
        level.style.transform = `scaleX(${Math.min(1, busy[stage] / most)})`;
        setText(median, count === 0 ? "–" : msText(p50Ms));
        setText(high, count === 0 ? "–" : msText(p95Ms));
        name.title = `${count} times, ${msText(totalMs)} in all, ${bytesText(bytes)}, ${slow} slow`;
      });
    }
    return section("Stages, by time spent of late", rows);
  }

  #tiers(): HTMLElement {
    const rows = make("div", "rows");
    rows.append(make("span", ""), make("span", ""), make("span", "head", "of"), make("span", "head", "hits"));
    for (const tier of tiers) {
      const level = make("i", "");
      const peak = make("u", "");
      const size = make("span", "value");
      const hits = make("span", "value dim");
      const bar = make("div", `bar ${tier === "gpu" ? "gpu" : "page"}`, level, peak);
      rows.append(make("span", "", tierLabels[tier]), bar, size, hits);
      this.#renewals.push(({ tiers: { [tier]: use } }) => {
        const part = (bytes: number): number => Math.min(1, bytes / Math.max(use.maxBytes, 1));
        level.style.transform = `scaleX(${part(use.bytes)})`;
        peak.style.left = `${part(use.peakBytes) * 100}%`;
        peak.hidden = use.peakBytes === 0;
        bar.title = `${bytesText(use.bytes)} now, ${bytesText(use.peakBytes)} at most, ${use.repeated} loaded again`;
        setText(size, use.maxBytes === 0 ? "–" : bytesText(use.maxBytes));
        setText(hits, use.hitRate === null ? "–" : percentText(use.hitRate));
      });
    }
    return section("Caches", rows);
  }
}

function causePlace(cause: WaitCause): Place {
  if (cause === "other" || cause.startsWith("queue")) return "queue";
  if (cause === "render gpu" || cause === "render submit") return "gpu";
  return stagePlaces[cause.split(" ")[0] as keyof typeof stagePlaces];
}

function section(title: string, ...content: HTMLElement[]): HTMLElement {
  return make("section", "", make("h3", "", title), ...content);
}

function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
