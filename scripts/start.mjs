/**
 * Starts the demo: `npm start [-- --data DIR] [--port N]`, or runs it once without a window:
 * `npm start -- --headless [--batches N] [--out DIR]`, or takes the pictures of the presets for the documents:
 * `npm start -- --gallery DIR`.
 *
 * Headless, stdout gets one line of JSON, the page's figures; all else goes to stderr. A contact sheet of the
 * batches is written to `DIR/contact-sheet.png`; the gallery writes `DIR/preset-NAME.webp`.
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright";
import { createLogger, createServer } from "vite";
import { chromiumFlags, ensureBrowser } from "./browser.mjs";
import { writeSampleData } from "./sample-data.mjs";
import { demoConfig } from "./vite-demo.mjs";

const limitMs = 5 * 60 * 1000;

/**
 * @typedef {object} DemoResult What the page leaves at `window.__voxelfeedDemo` when it has finished.
 * @property {true} [done]
 * @property {Record<string, unknown>} [figures]
 * @property {string} [sheet] The contact sheet as a `data:image/png;base64,` URL.
 * @property {{code: string, message: string}} [error] Set instead of the others where the page failed.
 *
 * @typedef {object} GalleryResult What the gallery leaves at `window.__voxelfeedGallery`.
 * @property {Record<string, string>} [pictures] `data:image/webp;base64,` URLs by preset.
 * @property {string} [error] Set instead where the page failed.
 */

/** @param {string} text */
function fail(text) {
  console.error(text);
  process.exit(1);
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} least
 */
function readCount(name, text, least) {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || Number(text) < least)
    fail(`--${name} must be a whole number from ${least} on; got ${text}`);
  return Number(text);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: "string" },
        port: { type: "string" },
        headless: { type: "boolean", default: false },
        batches: { type: "string", default: "8" },
        out: { type: "string", default: "out" },
        gallery: { type: "string" },
      },
    });
    return {
      ...values,
      port: readCount("port", values.port, 0),
      batches: readCount("batches", values.batches, 1),
    };
  } catch (error) {
    return fail(error.message);
  }
}

/** The folder that the page sees as `/data/`. */
async function prepareData(given) {
  if (given !== undefined) {
    if (!statSync(given, { throwIfNoEntry: false })?.isDirectory()) fail(`--data is not a folder: ${given}`);
    return given;
  }
  const folder = fileURLToPath(new URL("../.cache/sample", import.meta.url));
  console.error("Sample data: checking, and making them on the first start (about 20 s) ...");
  const startedAt = performance.now();
  const { reused } = await writeSampleData(folder);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.error(reused ? "Sample data: there already." : `Sample data: made in ${seconds} s.`);
  return folder;
}

/** Vite's log on stderr, as stdout is for the figures. */
function createStderrLogger() {
  const logger = createLogger("warn");
  const write = (message) => console.error(message);
  return { ...logger, warn: write, warnOnce: write, error: write };
}

/**
 * Runs a page until it reports, fails, or the time is up.
 *
 * @param {string} url
 * @returns {Promise<DemoResult & GalleryResult>}
 */
async function runPage(url) {
  const browser = await chromium.launch({ executablePath: ensureBrowser().path, args: chromiumFlags });
  try {
    const page = await browser.newPage();
    page.on("console", (message) => {
      // A 404 is an answer here: of the metadata's forms that are asked for, one is there.
      if (/^Failed to load resource.* 404 /.test(message.text())) return;
      console.error(`[page ${message.type()}] ${message.text()}`);
    });
    const broken = new Promise((_, reject) => {
      page.once("pageerror", (error) => reject(new Error(`Uncaught in the page: ${error.stack || error}`)));
      page.once("crash", () => reject(new Error("The page crashed.")));
    });
    const finished = (async () => {
      await page.goto(url, { timeout: limitMs });
      const left = () => globalThis.__voxelfeedDemo ?? globalThis.__voxelfeedGallery;
      await page.waitForFunction(left, undefined, { timeout: limitMs, polling: 100 });
      return page.evaluate(left);
    })();
    return await Promise.race([finished, broken]);
  } finally {
    await browser.close();
  }
}

/**
 * @param {DemoResult} result
 * @param {string} folder
 */
function report({ figures, sheet, error }, folder) {
  if (error !== undefined) throw new Error(`The page reports: ${error.code}: ${error.message}`);
  if (sheet === undefined) throw new Error("The page made no contact sheet.");
  writePicture(sheet, "png", folder, "contact-sheet");
  console.log(JSON.stringify(figures));
}

/**
 * @param {GalleryResult} result
 * @param {string} folder
 */
function writePresets({ pictures, error }, folder) {
  if (error !== undefined) throw new Error(`The page reports: ${error}`);
  for (const [name, picture] of Object.entries(pictures ?? {})) {
    writePicture(picture, "webp", folder, `preset-${name}`);
  }
}

/**
 * @param {string} url
 * @param {"png" | "webp"} format
 * @param {string} folder
 * @param {string} name
 */
function writePicture(url, format, folder, name) {
  const prefix = `data:image/${format};base64,`;
  if (!url.startsWith(prefix)) throw new Error(`The page made no ${format} picture.`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.${format}`);
  writeFileSync(file, Buffer.from(url.slice(prefix.length), "base64"));
  console.error(`Picture: ${file}`);
}

const options = readOptions();
const dataDir = await prepareData(options.data);
const isHeadless = options.headless || options.gallery !== undefined;
const customLogger = isHeadless ? createStderrLogger() : undefined;
const server = await createServer(demoConfig({ dataDir, port: options.port, customLogger }));
await server.listen();
const url = server.resolvedUrls?.local[0] ?? fail("The server has no local address.");

if (isHeadless) {
  try {
    if (options.gallery !== undefined) {
      writePresets(await runPage(`${url}gallery.html?pictures=1`), options.gallery);
    } else {
      report(await runPage(`${url}?headless=1&batches=${options.batches}`), options.out);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await server.close();
  }
  // Vite leaves a watcher's handles behind for a while; everything is written by now.
  process.exit();
}
console.log(`Demo: ${url}`);
console.log(`Gallery of augmentations: ${url}gallery.html`);
