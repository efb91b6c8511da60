/** All samples of a run on one picture: raw beside raw with labels. */
import { describeCrop, describePosition, describeTurn } from "./caption.js";
import { cssColour } from "./colours.js";
import { element } from "./dom.js";
import { type ClassStyle, canvasFor, drawView, type Look, viewsOf } from "./look.js";
import type { SamplePicture } from "./slice.js";
import { type GreyWindow, widen } from "./window.js";

const TILE = 150;
const GAP = 14;
const CAPTION = 46;
const HEAD = 48;
/** Pictures in a row, raw and labelled ones counted alike. */
const TILES_PER_ROW = 8;
const FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/**
 * Draws the sheet, a sample per task, and gives it as a `data:image/png` URL.
 *
 * The grey values are those that suit these pictures, so that the same run gives the same sheet.
 */
export async function drawContactSheet(
  pictures: readonly SamplePicture[],
  { classes, opacity }: Omit<Look, "window">,
): Promise<string> {
  const slices = pictures.flatMap(({ inputs }) => inputs.map(({ slice }) => slice));
  const look: Look = {
    classes,
    opacity,
    window: slices.reduce<GreyWindow | null>(widen, null) ?? { low: 0, high: 1 },
  };
  const views = Math.max(1, ...pictures.map((picture) => viewsOf(picture).length));
  const columns = Math.max(1, Math.min(pictures.length, Math.floor(TILES_PER_ROW / views)));
  const rows = Math.ceil(pictures.length / columns);
  const cell = views * TILE + GAP;
  const sheet = element("canvas", {
    width: columns * cell + GAP,
    height: HEAD + rows * (TILE + CAPTION) + GAP,
  });
  const context = sheet.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "#14171a";
  context.fillRect(0, 0, sheet.width, sheet.height);
  drawLegend(context, look.classes);
  for (const [i, picture] of pictures.entries()) {
    const x = GAP + (i % columns) * cell;
    const y = HEAD + Math.floor(i / columns) * (TILE + CAPTION);
    drawSample(context, picture, look, x, y);
    await new Promise((done) => setTimeout(done));
  }
  const blob = await new Promise<Blob | null>((done) => sheet.toBlob(done, "image/png"));
  if (blob === null) throw new Error("The browser could not encode the contact sheet.");
  return await toDataUrl(blob);
}

function drawLegend(context: CanvasRenderingContext2D, classes: readonly ClassStyle[]): void {
  context.font = `600 17px ${FONT}`;
  context.fillStyle = "#e4e7ea";
  context.fillText("voxelfeed", GAP, 30);
  let x = GAP + 110;
  context.font = `14px ${FONT}`;
  for (const { name, colour } of classes) {
    context.fillStyle = cssColour(colour);
    context.fillRect(x, 18, 13, 13);
    context.fillStyle = "#98a2ac";
    context.fillText(name, x + 19, 30);
    x += 19 + context.measureText(name).width + 22;
  }
}

function drawSample(
  context: CanvasRenderingContext2D,
  picture: SamplePicture,
  look: Look,
  left: number,
  top: number,
): void {
  const views = viewsOf(picture);
  for (const [i, view] of views.entries()) {
    const canvas = canvasFor(view);
    drawView(canvas, picture, view, look);
    context.drawImage(canvas, left + i * TILE, top, TILE, TILE);
  }
  const { origin } = picture;
  const width = views.length * TILE;
  context.font = `11.5px ${FONT}`;
  context.fillStyle = "#e4e7ea";
  const place = `${describeCrop(origin)}: ${describePosition(origin.center)}`;
  context.fillText(place, left, top + TILE + 16, width);
  context.fillStyle = "#98a2ac";
  context.fillText(describeTurn(origin.drawn), left, top + TILE + 31, width);
}

async function toDataUrl(blob: Blob): Promise<string> {
  const reader = new FileReader();
  const read = new Promise<string>((done, fail) => {
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(reader.error);
  });
  reader.readAsDataURL(blob);
  return await read;
}
