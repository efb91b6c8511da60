/** One sample on the page: its slices, with and without labels, and what it is. */
import { describeCrop, describePosition, describeTurn, unknownClasses } from "./caption.js";
import { element } from "./dom.js";
import { canvasFor, drawView, type Look, viewsOf } from "./look.js";
import type { SamplePicture, Slice } from "./slice.js";

export interface Card {
  readonly element: HTMLElement;
  /** Draws the labels again, after the look has changed. */
  redrawLabels(look: Look): void;
}

/** Makes and draws a card. */
export function createCard(picture: SamplePicture, look: Look): Card {
  const views = viewsOf(picture).map((view) => ({ view, canvas: canvasFor(view) }));
  for (const { view, canvas } of views) drawView(canvas, picture, view, look);
  const stacks = views.map(({ canvas }) => element("div", { className: "view" }, canvas));
  const [first] = picture.inputs;
  if (first !== undefined) stacks[0]!.append(scaleBar(first.slice, first.scale[2]));
  const pictures = element("div", { className: "views" }, ...stacks);
  return {
    element: element("figure", { className: "card" }, pictures, caption(picture)),
    redrawLabels(next) {
      for (const { view, canvas } of views) if (view.hasLabels) drawView(canvas, picture, view, next);
    },
  };
}

function scaleBar({ width }: Slice, voxelNm: number): HTMLElement {
  const lengthNm = roundLength((width * voxelNm) / 3);
  const text = lengthNm < 1000 ? `${lengthNm} nm` : `${lengthNm / 1000} µm`;
  const bar = element("span", { className: "scalebar" }, text);
  bar.style.width = `${(100 * lengthNm) / (width * voxelNm)}%`;
  return bar;
}

function caption(picture: SamplePicture): HTMLElement {
  const { batch, origin, inputs } = picture;
  const levels = inputs.map(({ level }) => `s${level}`).join(", ");
  const from = [describeCrop(origin), `level ${levels}`];
  const unknown = unknownClasses(picture);
  if (unknown.length > 0) from.push(`not annotated: ${unknown.join(", ")}`);
  const position = element(
    "span",
    { title: "centre of the patch: z, y, x" },
    describePosition(origin.center),
  );
  const number = element("span", { className: "dim" }, `batch ${batch}`);
  return element(
    "figcaption",
    {},
    element("div", { className: "head" }, position, number),
    element("span", { className: "dim" }, describeTurn(origin.drawn)),
    element("span", { className: "dim" }, from.join(" · ")),
  );
}

/** The largest 1, 2 or 5 times a power of ten that is no longer. */
export function roundLength(nm: number): number {
  const power = 10 ** Math.floor(Math.log10(nm));
  return power * ([5, 2, 1].find((factor) => factor * power <= nm) ?? 1);
}
