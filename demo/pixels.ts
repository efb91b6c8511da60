/** Slices as RGBA pixels. Loops are plain and allocate nothing per voxel: this runs while batches arrive. */
import type { Colour } from "./colours.js";
import type { Slice } from "./slice.js";
import type { GreyWindow } from "./window.js";

/** Opacity of a label's inside, relative to that of its border. */
const FILL = 0.35;
const HATCH_PERIOD = 8;
const HATCH_WIDTH = 2;

export type Pixels = Uint8ClampedArray<ArrayBuffer>;

/** Grey values; voxels outside the volume stay transparent. */
export function greyPixels({ width, height, values, known }: Slice, { low, high }: GreyWindow): Pixels {
  const pixels = new Uint8ClampedArray(4 * width * height);
  const gain = 255 / Math.max(high - low, Number.MIN_VALUE);
  for (let i = 0; i < values.length; i++) {
    if (known !== null && known[i] === 0) continue;
    const grey = (values[i]! - low) * gain;
    pixels[4 * i] = grey;
    pixels[4 * i + 1] = grey;
    pixels[4 * i + 2] = grey;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

export interface ColouredLabel {
  readonly slice: Slice;
  readonly colour: Colour;
}

/**
 * Blends labels over pixels: the inside lightly, the border with the full opacity. Where labels overlap, their
 * colours add up, and the borders still tell them apart.
 */
export function blendLabels(pixels: Pixels, labels: readonly ColouredLabel[], opacity: number): void {
  for (const { slice, colour } of labels) {
    const { width, height } = slice;
    const here = presence(slice);
    for (let i = 0; i < here.length; i++) if (here[i] === 1) blend(pixels, i, colour, FILL * opacity);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (here[i] === 0) continue;
        const isBorder =
          (x > 0 && here[i - 1] === 0) ||
          (x < width - 1 && here[i + 1] === 0) ||
          (y > 0 && here[i - width] === 0) ||
          (y < height - 1 && here[i + width] === 0);
        if (isBorder) blend(pixels, i, colour, opacity);
      }
    }
  }
}

/** Blends ids over pixels, each in a colour of its own: the inside lightly, where another id begins with the full opacity. */
export function blendIds(
  pixels: Pixels,
  { width, height, values, known }: Slice,
  colourOf: (id: number) => Colour,
  opacity: number,
): void {
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const id = values[i]!;
      if (id === 0 || (known !== null && known[i] === 0)) continue;
      const isBorder =
        (x > 0 && values[i - 1] !== id) ||
        (x < width - 1 && values[i + 1] !== id) ||
        (y > 0 && values[i - width] !== id) ||
        (y < height - 1 && values[i + width] !== id);
      blend(pixels, i, colourOf(id), isBorder ? opacity : FILL * opacity);
    }
  }
}

const hatchLine: Colour = [170, 176, 182];
const hatchGround: Colour = [24, 28, 32];

/** Diagonal lines where no label is known: that is not the same as where there is none. */
export function hatchUnknown(pixels: Pixels, labels: readonly Slice[]): void {
  const [first] = labels;
  if (first === undefined) return;
  const { width, height } = first;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (isKnown(labels, i)) continue;
      const isLine = (x + y) % HATCH_PERIOD < HATCH_WIDTH;
      blend(pixels, i, isLine ? hatchLine : hatchGround, 0.55);
    }
  }
}

/** How many voxels are known, and how many of them carry the label. */
export function countLabel({ values, known }: Slice): { readonly labelled: number; readonly known: number } {
  let labelled = 0;
  let knownCount = 0;
  for (let i = 0; i < values.length; i++) {
    if (known !== null && known[i] === 0) continue;
    knownCount++;
    if (values[i] !== 0) labelled++;
  }
  return { labelled, known: knownCount };
}

function isKnown(labels: readonly Slice[], i: number): boolean {
  for (const { known } of labels) if (known === null || known[i] !== 0) return true;
  return false;
}

/** 1 where the label is known to be, 0 elsewhere. */
function presence({ values, known }: Slice): Uint8Array {
  const here = new Uint8Array(values.length);
  for (let i = 0; i < here.length; i++)
    here[i] = values[i] !== 0 && (known === null || known[i] !== 0) ? 1 : 0;
  return here;
}

function blend(pixels: Pixels, i: number, colour: Colour, opacity: number): void {
  const at = 4 * i;
  const rest = 1 - opacity;
  pixels[at] = pixels[at]! * rest + colour[0] * opacity;
  pixels[at + 1] = pixels[at + 1]! * rest + colour[1] * opacity;
  pixels[at + 2] = pixels[at + 2]! * rest + colour[2] * opacity;
  pixels[at + 3] = pixels[at + 3]! * rest + 255 * opacity;
}
