/** How samples are drawn at the moment, and their pictures drawn that way. */
import type { Colour } from "./colours.js";
import { element } from "./dom.js";
import { blendLabels, greyPixels, hatchUnknown, type Pixels } from "./pixels.js";
import type { InputSlice, SamplePicture } from "./slice.js";
import type { GreyWindow } from "./window.js";

export interface ClassStyle {
  readonly name: string;
  readonly colour: Colour;
  readonly visible: boolean;
}

export interface Look {
  readonly window: GreyWindow;
  readonly classes: readonly ClassStyle[];
  /** Of the labels, 0 to 1. */
  readonly opacity: number;
}

/** One picture of a sample: an input alone, or with the labels over it. */
export interface View {
  readonly input: InputSlice;
  readonly hasLabels: boolean;
}

/** Every input, and the first one again with the labels. */
export function viewsOf({ inputs, labels }: SamplePicture): View[] {
  const plain = inputs.map((input) => ({ input, hasLabels: false }));
  const [first] = inputs;
  return first !== undefined && labels.length > 0 ? [...plain, { input: first, hasLabels: true }] : plain;
}

/** Draws a view on a canvas of its slice's size; CSS stretches it. */
export function drawView(canvas: HTMLCanvasElement, picture: SamplePicture, view: View, look: Look): void {
  const pixels: Pixels = greyPixels(view.input.slice, look.window);
  if (view.hasLabels) {
    hatchUnknown(
      pixels,
      picture.labels.map(({ slice }) => slice),
    );
    blendLabels(pixels, visibleLabels(picture, look.classes), look.opacity);
  }
  const image = new ImageData(pixels, canvas.width, canvas.height);
  // It stays in main memory: a texture for each would cost more than it saves.
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(image, 0, 0);
}

export function canvasFor({ input: { slice } }: View): HTMLCanvasElement {
  return element("canvas", { width: slice.width, height: slice.height });
}

function visibleLabels({ labels }: SamplePicture, classes: readonly ClassStyle[]) {
  return labels.flatMap(({ name, slice }) => {
    const style = classes.find((candidate) => candidate.name === name);
    return style?.visible ? [{ slice, colour: style.colour }] : [];
  });
}
