/** One colour per class. */

export type Colour = readonly [red: number, green: number, blue: number];

/**
 * Colours that stay apart for the colour-blind and on grey.
 * Source: Okabe and Ito, "Color Universal Design" (2008).
 */
const palette: readonly Colour[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 180, 130],
  [240, 228, 66],
  [213, 94, 0],
  [204, 121, 167],
  [40, 120, 200],
];

/** The colour of class number `index`; beyond the palette, hues by the golden angle. */
export function classColour(index: number): Colour {
  const known = palette[index];
  if (known !== undefined) return known;
  const hue = (index * 137.508) % 360;
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (0.6 - 0.36 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

export function cssColour([red, green, blue]: Colour): string {
  return `rgb(${red} ${green} ${blue})`;
}
