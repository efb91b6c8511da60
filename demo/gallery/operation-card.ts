/** A card: an operation, its controls, and the original beside the result. */
import { type AxisName, isVoxelfeedError } from "../../src/index.js";
import { element } from "../dom.js";
import { widen } from "../window.js";
import { type ControlInput, createChoice, createControl } from "./controls.js";
import { descriptorText, drawnText } from "./descriptor-text.js";
import type { Operation, Setting } from "./operation.js";
import { type Paint, paint, scaleText } from "./paint.js";
import type { Picture } from "./picture.js";
import type { Studio } from "./studio.js";

/** A draw that shows of every operation that it does something. */
const FIRST_SEED = 4;

/** The word for every channel at once. */
const ALL = "all";

type State = "waiting" | "rendering" | "done" | "failed";

export class OperationCard {
  readonly element: HTMLElement;
  readonly #controls: readonly (readonly [name: string, input: ControlInput])[];
  readonly #cut: ControlInput;
  readonly #channel = createChoice("channel", "channel", { words: [ALL], value: ALL }, () => this.#draw());
  readonly #original = element("canvas");
  readonly #result = element("canvas");
  readonly #problem = element("p", { className: "problem", hidden: true });
  readonly #drawn = element("p", { className: "drawn" });
  readonly #descriptor = element("pre");
  #seed = FIRST_SEED;
  /** Counts what was asked for; the pictures are up to date when they are of the last one. */
  #asked = 0;
  #rendered = -1;
  #pictures: { readonly original: Picture; readonly result: Picture } | null = null;
  #showsLabels = true;

  /** @param changed called when its pictures are no longer what it says */
  constructor(
    readonly name: string,
    readonly operation: Operation,
    readonly studio: Studio,
    readonly changed: (card: OperationCard) => void,
  ) {
    const ask = (): void => this.#ask();
    this.#controls = Object.entries(operation.controls).map(
      ([key, control]) => [key, createControl(key, control, ask)] as const,
    );
    const axes: readonly AxisName[] = ["z", "y", "x"];
    this.#cut = createChoice("cut", "slice across", { words: axes, value: operation.cut }, ask);
    this.element = this.#build();
    this.#setState("waiting");
    this.#showDescriptor();
  }

  get isStale(): boolean {
    return this.#rendered !== this.#asked;
  }

  /** Takes the pictures that the controls ask for, and shows them or what is wrong. */
  async render(): Promise<void> {
    const asked = this.#asked;
    this.#setState("rendering");
    let state: State = "done";
    try {
      const cut = this.#cut.read() as AxisName;
      const original = await this.studio.original(this.operation, cut);
      const shot = { cut, seed: this.#seed };
      const result = await this.studio.result(this.operation, this.#settings(), shot);
      this.#pictures = { original, result };
      this.#problem.hidden = true;
      this.#offerChannels(result);
      this.#draw();
    } catch (error) {
      state = "failed";
      this.#showProblem(error);
    }
    this.#rendered = asked;
    if (!this.isStale) this.#setState(state);
  }

  showLabels(show: boolean): void {
    this.#showsLabels = show;
    this.#draw();
  }

  #settings(): Readonly<Record<string, Setting>> {
    return Object.fromEntries(this.#controls.map(([name, input]) => [name, input.read()]));
  }

  #ask(): void {
    this.#asked++;
    this.#setState("waiting");
    this.#showDescriptor();
    this.changed(this);
  }

  #showDescriptor(): void {
    const { operation, studio } = this;
    this.#descriptor.textContent = descriptorText(
      operation.augmentation(this.#settings(), studio.volume.scene),
    );
  }

  /** Channels can be chosen once their names are known; a choice that is there again stays. */
  #offerChannels({ labels, isMeasured }: Picture): void {
    const { select, element: choice } = this.#channel;
    const names = labels.map(({ name }) => name);
    const words = isMeasured ? names : [ALL, ...names];
    const offered = [...select.options].map(({ text }) => text);
    if (words.join() === offered.join()) return;
    const { channel } = this.operation;
    const first = channel === null ? ALL : (names[channel] ?? words[0]!);
    const chosen = select.value !== ALL && words.includes(select.value) ? select.value : first;
    select.replaceChildren(...words.map((word) => element("option", {}, word)));
    select.value = chosen;
    choice.hidden = names.length < 2;
  }

  #showProblem(error: unknown): void {
    const code = isVoxelfeedError(error) ? `${error.code}: ` : "";
    this.#problem.textContent = code + (error instanceof Error ? error.message : String(error));
    this.#problem.hidden = false;
  }

  #draw(): void {
    if (this.#pictures === null) return;
    const { original, result } = this.#pictures;
    const how: Paint = {
      // Both in the greys of the original: what the operation does to them must show.
      window: widen(null, original.raw) ?? { low: 0, high: 1 },
      showLabels: this.#showsLabels,
      channel: this.#channel.select.value,
      classes: this.studio.volume.scene.classes,
    };
    paint(this.#original, original, how);
    paint(this.#result, result, how);
    const names = result.labels.map(({ name }) => name).join(", ");
    const drawn = this.operation.isDrawn ? drawnText(result.origin) : names;
    this.#drawn.textContent = scaleText(result, how) ?? drawn;
  }

  #setState(state: State): void {
    this.element.dataset.state = state;
    this.element.ariaBusy = String(state === "waiting" || state === "rendering");
  }

  #build(): HTMLElement {
    const again = element("button", { type: "button", hidden: !this.operation.isDrawn }, "Draw again");
    again.addEventListener("click", () => {
      this.#seed++;
      this.#ask();
    });
    const copy = element("button", { type: "button" }, "Copy");
    copy.addEventListener("click", () => void this.#copy(copy));
    this.#problem.setAttribute("role", "alert");
    const card = element(
      "article",
      { className: "operation panel" },
      element("h3", {}, this.name),
      element("p", { className: "does" }, this.operation.does),
      element("div", { className: "views" }, view("original", this.#original), view("result", this.#result)),
      this.#problem,
      this.#drawn,
      element("div", { className: "controls" }, ...this.#controls.map(([, input]) => input.element)),
      element("div", { className: "actions" }, again, this.#cut.element, this.#channel.element),
      element("div", { className: "descriptor" }, this.#descriptor, copy),
    );
    card.dataset.operation = this.name;
    this.#descriptor.tabIndex = 0;
    this.#descriptor.setAttribute("aria-label", `Options of ${this.name} as JSON`);
    return card;
  }

  async #copy(button: HTMLButtonElement): Promise<void> {
    await navigator.clipboard.writeText(this.#descriptor.textContent);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  }
}

function view(name: string, canvas: HTMLCanvasElement): HTMLElement {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  return element("figure", { className: "view" }, canvas, element("figcaption", {}, name));
}
