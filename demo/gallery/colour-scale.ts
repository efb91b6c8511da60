/** Measurements as colours. */
import type { Colour } from "../colours.js";
import type { Pixels } from "../pixels.js";
import type { Slice } from "../slice.js";

/** Dark to bright, and blue over dark to orange about 0. */
const sequential: readonly Colour[] = [
  [24, 20, 60],
  [58, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];
const diverging: readonly Colour[] = [
  [150, 215, 255],
  [40, 120, 200],
  [22, 25, 28],
  [213, 110, 0],
  [255, 215, 150],
];

/** What the ends of the colours stand for. */
export interface ScaleEnds {
  readonly low: number;
  readonly high: number;
}

/** The range of what is known; even about 0 where there are values below it. */
export function scaleEnds({ values, known }: Slice): ScaleEnds {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (known !== null && known[i] === 0) continue;
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  if (low > high) return { low: 0, high: 1 };
  const largest = Math.max(high, -low);
  return low < 0 ? { low: -largest, high: largest } : { low, high };
}

/** Colours of the values; unknown voxels stay transparent. */
export function scalePixels({ width, height, values, known }: Slice, { low, high }: ScaleEnds): Pixels {
  const pixels = new Uint8ClampedArray(4 * width * height);
  const stops = low < 0 ? diverging : sequential;
  const gain = (stops.length - 1) / Math.max(high - low, Number.MIN_VALUE);
  for (let i = 0; i < values.length; i++) {
    if (known !== null && known[i] === 0) continue;
    const place = Math.min(Math.max((values[i]! - low) * gain, 0), stops.length - 1);
    const first = Math.min(Math.floor(place), stops.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [stops[first]![channel]!, stops[first + 1]![channel]!];
      pixels[4 * i + channel] = from + (place - first) * (to - from);
    }
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}
