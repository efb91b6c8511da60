/** Looking at PNG pictures, with the browser's own decoder. */
import type { Browser } from "playwright";

export interface PictureDifference {
  readonly sameSize: boolean;
  /** Mean over all pixels of the largest channel's difference, 0 to 255. */
  readonly mean: number;
  /** Share of the pixels that differ by more than 40. */
  readonly shareFarOff: number;
}

/** @param sheets two `data:image/png` URLs */
export async function comparePictures(
  browser: Browser,
  sheets: readonly [string, string],
): Promise<PictureDifference> {
  const page = await browser.newPage();
  try {
    return await page.evaluate(async ([first, second]) => {
      const decode = async (url: string): Promise<ImageData> => {
        const image = new Image();
        image.src = url;
        await image.decode();
        const canvas = Object.assign(document.createElement("canvas"), {
          width: image.naturalWidth,
          height: image.naturalHeight,
        });
        const context = canvas.getContext("2d")!;
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, canvas.width, canvas.height);
      };
      const [a, b] = [await decode(first), await decode(second)];
      if (a.width !== b.width || a.height !== b.height)
        return { sameSize: false, mean: Number.NaN, shareFarOff: Number.NaN };
      let sum = 0;
      let farOff = 0;
      for (let i = 0; i < a.data.length; i += 4) {
        const off = (channel: number): number => Math.abs(a.data[i + channel]! - b.data[i + channel]!);
        const most = Math.max(off(0), off(1), off(2));
        sum += most;
        if (most > 40) farOff++;
      }
      const pixels = a.width * a.height;
      return { sameSize: true, mean: sum / pixels, shareFarOff: farOff / pixels };
    }, sheets);
  } finally {
    await page.close();
  }
}

export interface PictureSummary {
  readonly width: number;
  readonly height: number;
  /** Number of different colours. */
  readonly colours: number;
  /** Share of the pixels that are clearly coloured, not grey. */
  readonly coloured: number;
}

/** @param sheet a `data:image/png` URL */
export async function summarisePicture(browser: Browser, sheet: string): Promise<PictureSummary> {
  const page = await browser.newPage();
  try {
    return await page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const colours = new Set<number>();
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) {
        const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
        colours.add((red << 16) | (green << 8) | blue);
        if (Math.max(red, green, blue) - Math.min(red, green, blue) > 25) coloured++;
      }
      return { width, height, colours: colours.size, coloured: coloured / (width * height) };
    }, sheet);
  } finally {
    await page.close();
  }
}
