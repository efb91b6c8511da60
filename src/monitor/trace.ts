/** The latest spans as a Chrome trace, for `chrome://tracing`, Perfetto and the profiler's import. */
import { type Span, type Stage, stages } from "../timing/spans.js";

/** Source: Trace Event Format, https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU */
export interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  /** A complete event, or the name of a row. */
  readonly ph: "X" | "M";
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
}

/** Rows of a stage are this far apart. */
const rowsPerStage = 1000;
const pid = 1;

/** Keeps the latest spans. */
export class SpanRing {
  readonly #spans: Span[] = [];
  readonly #capacity: number;
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(span: Span): void {
    if (this.#capacity === 0) return;
    this.#spans[this.#next] = span;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }
}

/** Spans that overlap get rows of their own, by stage. */
export function chromeTrace(spans: readonly Span[]): ChromeTrace {
  const rows = new Map<number, string>();
  const busyUntil = new Map<Stage, number[]>();
  const events = [...spans]
    .sort((a, b) => a.startMs - b.startMs)
    .map((span): TraceEvent => {
      const { stage, startMs, ms, ...args } = span;
      const ends = busyUntil.get(stage) ?? [];
      busyUntil.set(stage, ends);
      const free = ends.findIndex((end) => end <= startMs);
      const row = free === -1 ? ends.length : free;
      ends[row] = startMs + ms;
      const tid = (stages.indexOf(stage) + 1) * rowsPerStage + row;
      rows.set(tid, row === 0 ? stage : `${stage} ${row + 1}`);
      return { name: nameOf(span), cat: stage, ph: "X", ts: startMs * 1000, dur: ms * 1000, pid, tid, args };
    });
  const names = [...rows].map(
    ([tid, name]): TraceEvent => ({ name: "thread_name", cat: "", ph: "M", ts: 0, pid, tid, args: { name } }),
  );
  return { traceEvents: [...names, ...events], displayTimeUnit: "ms" };
}

/** The stage, and what of it where there is one part only. */
function nameOf({ stage, parts, batch }: Span): string {
  if (batch !== undefined) return `${stage} batch ${batch.index}`;
  const names = Object.keys(parts ?? {});
  return names.length === 1 ? `${stage} ${names[0]}` : stage;
}
