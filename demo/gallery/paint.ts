/** A picture on its canvas: the grey slice, and over it what is known of each voxel. */
import { classColour } from "../colours.js";
import { blendIds, blendLabels, greyPixels, hatchUnknown, type Pixels } from "../pixels.js";
import type { GreyWindow } from "../window.js";
import { scaleEnds, scalePixels } from "./colour-scale.js";
import type { Picture } from "./picture.js";

export interface Paint {
  readonly window: GreyWindow;
  readonly showLabels: boolean;
  /** Name of the one channel to show; null: all of them. */
  readonly channel: string | null;
  /** In the order of their colours; a channel of another name has the colour of its place. */
  readonly classes: readonly string[];
}

/** Borders; insides are lighter, so that the greys below can be compared. */
const OPACITY = 0.55;
/** Ids take colours beyond those of classes. */
const FIRST_ID_COLOUR = 7;

export function paint(canvas: HTMLCanvasElement, picture: Picture, how: Paint): void {
  const { width, height } = picture.raw;
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(pixelsOf(picture, how), width, height);
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(image, 0, 0);
}

/** The channels that are painted. */
function paintedLabels({ labels, isMeasured }: Picture, { channel }: Paint): Picture["labels"] {
  const chosen = labels.filter(({ name }) => name === channel);
  if (chosen.length > 0) return chosen;
  // Measurements cannot lie over each other.
  return isMeasured ? labels.slice(0, 1) : labels;
}

/** What the colours of measurements stand for, such as "mito: -80 … 80"; null where there are none. */
export function scaleText(picture: Picture, how: Paint): string | null {
  const [first] = paintedLabels(picture, how);
  if (!picture.isMeasured || first === undefined) return null;
  const { low, high } = scaleEnds(first.slice);
  return `${first.name}: ${Number(low.toPrecision(3))} … ${Number(high.toPrecision(3))}`;
}

function pixelsOf(picture: Picture, how: Paint): Pixels {
  const labels = paintedLabels(picture, how);
  const [first] = labels;
  if (how.showLabels && picture.isMeasured && first !== undefined) {
    return scalePixels(first.slice, scaleEnds(first.slice));
  }
  const pixels = greyPixels(picture.raw, how.window);
  if (!how.showLabels || first === undefined) return pixels;
  hatchUnknown(
    pixels,
    labels.map(({ slice }) => slice),
  );
  if (labels.length === 1 && first.slice.values.some((id) => id > 1)) {
    blendIds(pixels, first.slice, (id) => classColour(FIRST_ID_COLOUR + id), OPACITY);
    return pixels;
  }
  const coloured = labels.map(({ name, slice }) => {
    const index = how.classes.indexOf(name);
    return {
      slice,
      colour: classColour(index === -1 ? picture.labels.findIndex((l) => l.name === name) : index),
    };
  });
  blendLabels(pixels, coloured, OPACITY);
  return pixels;
}
