/** The cards of the last batches, with legend and opacity of the labels. */
import { type Card, createCard } from "./card.js";
import { classColour, cssColour } from "./colours.js";
import { byId, element } from "./dom.js";
import type { ClassStyle, Look } from "./look.js";
import type { SamplePicture } from "./slice.js";
import { type GreyWindow, widen } from "./window.js";

const MAX_CARDS = 24;
/** Drawing leaves most of a frame to everything else on the page. */
const FRAME_BUDGET_MS = 4;

export class Stage {
  readonly #cards = byId("cards", HTMLDivElement);
  readonly #empty = byId("empty", HTMLParagraphElement);
  readonly #legend = byId("legend", HTMLDivElement);
  readonly #opacity = byId("opacity", HTMLInputElement);
  readonly #shown: Card[] = [];
  /** Cards to be made, oldest first; then cards whose labels are to be drawn again. */
  #waiting: (() => void)[] = [];
  readonly #stale = new Set<Card>();
  #isScheduled = false;
  #classes: ClassStyle[] = [];
  #window: GreyWindow | null = null;

  constructor() {
    this.#opacity.addEventListener("input", () => this.#redraw());
  }

  /** How samples are drawn. */
  get look(): Look {
    const opacity = this.#opacity.valueAsNumber;
    return { window: this.#window ?? { low: 0, high: 1 }, classes: this.#classes, opacity };
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Empties the stage for a run with these classes. */
  reset(classes: readonly string[]): void {
    this.#waiting = [];
    this.#stale.clear();
    this.#shown.length = 0;
    this.#window = null;
    this.#classes = classes.map((name, i) => ({ name, colour: classColour(i), visible: true }));
    this.#cards.replaceChildren();
    this.#empty.hidden = true;
    this.#opacity.parentElement!.hidden = classes.length === 0;
    this.#drawLegend();
  }

  /** Puts a batch on top, a few samples per frame. */
  add(pictures: readonly SamplePicture[]): void {
    let last: HTMLElement | null = null;
    for (const picture of pictures) {
      for (const { slice } of picture.inputs) this.#window = widen(this.#window, slice);
      this.#waiting.push(() => {
        const card = createCard(picture, this.look);
        if (last === null) this.#cards.prepend(card.element);
        else last.after(card.element);
        last = card.element;
        this.#shown.push(card);
        while (this.#shown.length > MAX_CARDS) this.#shown.shift()!.element.remove();
      });
    }
    this.#schedule();
  }

  #redraw(): void {
    for (const card of this.#shown) this.#stale.add(card);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#drawSome();
    });
  }

  #drawSome(): void {
    const until = performance.now() + FRAME_BUDGET_MS;
    while (performance.now() < until && this.#drawOne());
    if (this.#waiting.length + this.#stale.size > 0) this.#schedule();
  }

  #drawOne(): boolean {
    const make = this.#waiting.shift();
    const [stale] = this.#stale;
    if (make !== undefined) make();
    else if (stale !== undefined) {
      this.#stale.delete(stale);
      stale.redrawLabels(this.look);
    }
    return make !== undefined || stale !== undefined;
  }

  #drawLegend(): void {
    const buttons = this.#classes.map(({ name, colour, visible }, i) => {
      const swatch = element("span", { className: "swatch" });
      swatch.style.background = cssColour(colour);
      const button = element("button", { type: "button", title: `Show or hide ${name}` }, swatch, name);
      button.setAttribute("aria-pressed", String(visible));
      button.addEventListener("click", () => this.#toggle(i));
      return button;
    });
    const unknown = element(
      "span",
      { className: "key" },
      element("span", { className: "swatch hatched" }),
      "unknown",
    );
    this.#legend.replaceChildren(...buttons, ...(buttons.length > 0 ? [unknown] : []));
  }

  #toggle(index: number): void {
    this.#classes = this.#classes.map((style, i) =>
      i === index ? { ...style, visible: !style.visible } : style,
    );
    this.#drawLegend();
    this.#legend.querySelectorAll("button")[index]?.focus();
    this.#redraw();
  }
}
