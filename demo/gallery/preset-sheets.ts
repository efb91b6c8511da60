/** Pictures of the presets for the documents: the original, then four draws. */
import { element } from "../dom.js";
import { type GreyWindow, widen } from "../window.js";
import type { Operation } from "./operation.js";
import { paint } from "./paint.js";
import type { Picture } from "./picture.js";
import { presetOperations } from "./preset-operations.js";
import type { Studio } from "./studio.js";

const TILE = 160;
const GAP = 4;
const CAPTION = 22;
const DRAWS = 4;
/** A row for each: what lies within sections, and how they follow each other. */
const cuts = ["z", "y"] as const;

/** What the page leaves behind for whoever opened it with `?pictures=1`: WebP pictures as data URLs, by preset. */
export type GalleryResult =
  | { readonly pictures: Readonly<Record<string, string>> }
  | { readonly error: string };

declare global {
  interface Window {
    __voxelfeedGallery?: GalleryResult;
  }
}

/** Takes the pictures, and sets `window.__voxelfeedGallery`. */
export async function leavePresetSheets(studio: Studio): Promise<void> {
  const pictures: Record<string, string> = {};
  for (const [name, preset] of Object.entries(presetOperations)) {
    pictures[name] = await drawSheet(studio, preset);
  }
  window.__voxelfeedGallery = { pictures };
}

async function drawSheet(studio: Studio, preset: Operation): Promise<string> {
  const sheet = element("canvas", {
    width: (DRAWS + 1) * (TILE + GAP) - GAP,
    height: cuts.length * (TILE + GAP) + CAPTION,
  });
  const context = sheet.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "#14171a";
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.imageSmoothingEnabled = false;
  const tile = element("canvas");
  const { classes } = studio.volume.scene;
  for (const [row, cut] of cuts.entries()) {
    const original = await studio.original(preset, cut);
    const window: GreyWindow = widen(null, original.raw) ?? { low: 0, high: 1 };
    const put = (picture: Picture, column: number): void => {
      paint(tile, picture, { window, showLabels: true, channel: null, classes });
      context.drawImage(tile, column * (TILE + GAP), row * (TILE + GAP), TILE, TILE);
    };
    put(original, 0);
    for (let draw = 1; draw <= DRAWS; draw++) {
      put(await studio.result(preset, {}, { cut, seed: draw }), draw);
    }
  }
  context.font = "13px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
  context.fillStyle = "#98a2ac";
  const names = Array.from({ length: DRAWS + 1 }, (_, i) => (i === 0 ? "original" : `draw ${i}`));
  for (const [column, name] of names.entries()) {
    context.fillText(name, column * (TILE + GAP) + 4, sheet.height - 6);
  }
  return sheet.toDataURL("image/webp", 0.85);
}
