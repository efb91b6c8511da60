/** The gallery of augmentations in a visitor's hands. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Locator, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { presets, spatial, targets, values } from "../src/index.js";
import { type Demo, newPage, openDemo, repository, sampleData } from "./demo-page.js";
import { summarisePicture } from "./pictures.js";

let demo: Demo;
let page: Page;

/** Names of cards, by group: all that the library makes descriptors of. */
const operations = Object.fromEntries(
  Object.entries({ spatial, values, targets, presets }).map(([group, factories]) => [
    group,
    Object.keys(factories).map((name) => `${group}.${name}`),
  ]),
);

beforeAll(async () => {
  demo = await openDemo(await sampleData());
  page = await newPage(demo, "gallery.html");
  await page.locator(".operation").first().waitFor({ timeout: 60_000 });
});
afterAll(() => demo.close());

/** A card whose pictures are those that its controls ask for. */
async function finished(name: string): Promise<Locator> {
  const card = page.locator(`[data-operation="${name}"]`);
  await card.scrollIntoViewIfNeeded();
  await card.and(page.locator('[data-state="done"], [data-state="failed"]')).waitFor({ timeout: 60_000 });
  return card;
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: readonly number[];
}

async function pixels(card: Locator, which: "original" | "result"): Promise<Pixels> {
  return await card.getByRole("img", { name: which }).evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    return { width, height, rgba: [...data] };
  });
}

async function set(name: string, inputs: Readonly<Record<string, string>>): Promise<Locator> {
  const card = page.locator(`[data-operation="${name}"]`);
  for (const [input, value] of Object.entries(inputs))
    await card.locator(`input[name="${input}"]`).fill(value);
  return await finished(name);
}

/** Red is grey where no labels lie over it. */
function meanGrey({ rgba }: Pixels): number {
  let sum = 0;
  for (let i = 0; i < rgba.length; i += 4) sum += rgba[i]!;
  return sum / (rgba.length / 4);
}

function flippedInX({ width, rgba }: Pixels): number[] {
  return rgba.map((_, i) => {
    const [voxel, channel] = [Math.floor(i / 4), i % 4];
    const [row, column] = [Math.floor(voxel / width), voxel % width];
    return rgba[4 * (row * width + width - 1 - column) + channel]!;
  });
}

async function showLabels(show: boolean): Promise<void> {
  await page.getByRole("checkbox", { name: "labels" }).setChecked(show);
}

test("the demo page leads to it", async () => {
  const start = await newPage(demo);
  await start.getByRole("link", { name: "What each augmentation does" }).click();
  await start.waitForURL(/gallery\.html$/);
  await start.close();
});

test("every operation of the library has a card", async () => {
  const names = await page
    .locator(".operation")
    .evaluateAll((all) => all.map((card) => (card as HTMLElement).dataset.operation!));
  expect(names.toSorted()).toEqual(Object.values(operations).flat().toSorted());
});

test.each(Object.entries(operations))(
  "every card of %s renders, and shows what it changes",
  async (_, names) => {
    for (const name of names) {
      const card = await finished(name);
      expect(await card.locator(".problem").textContent(), name).toBe("");
      expect(await card.getAttribute("data-state"), name).toBe("done");
      const original = await pixels(card, "original");
      const result = await pixels(card, "result");
      for (const { rgba } of [original, result]) {
        expect(rgba.length, name).toBe(4 * 80 * 80);
        // One colour has at most four different bytes.
        expect(new Set(rgba).size, name).toBeGreaterThan(4);
      }
      const changes = !["values.nanToNum", "presets.none"].includes(name);
      expect(isDeepStrictEqual(result, original), name).toBe(!changes);
      const options = JSON.parse((await card.locator("pre").textContent())!);
      expect(Object.keys(options).join(), name).toMatch(/Transforms/);
    }
    expect(await page.locator("#problem").isVisible()).toBe(false);
  },
);

test("cards out of view wait", async () => {
  const other = await newPage(demo, "gallery.html");
  await other.locator('[data-operation="spatial.mirror"][data-state="done"]').waitFor({ timeout: 60_000 });
  expect(await other.locator('[data-operation="presets.none"]').getAttribute("data-state")).toBe("waiting");
  await other.close();
});

test("a slider changes the picture, and back restores it", async () => {
  await showLabels(false);
  const bright = await pixels(
    await set("values.brightness", { "range-low": "0.3", "range-high": "0.3" }),
    "result",
  );
  const none = await set("values.brightness", { "range-low": "0", "range-high": "0" });
  const plain = await pixels(none, "result");
  expect(plain).toEqual(await pixels(none, "original"));
  expect(meanGrey(bright)).toBeGreaterThan(meanGrey(plain) + 10);
  const dark = await pixels(
    await set("values.brightness", { "range-low": "-0.3", "range-high": "-0.3" }),
    "result",
  );
  expect(meanGrey(dark)).toBeLessThan(meanGrey(plain) - 10);
  const again = await set("values.brightness", { "range-low": "0.3", "range-high": "0.3" });
  expect(await pixels(again, "result")).toEqual(bright);
  expect(JSON.parse((await again.locator("pre").textContent())!)).toEqual({
    rawValueTransforms: [{ op: "normalize" }, { op: "brightness", range: 0.3 }],
  });
});

test.each([
  ["spatial.rotate", { "z-low": "0", "z-high": "0" }],
  ["spatial.magnification", { "range-low": "1", "range-high": "1" }],
  ["spatial.elastic", { "sigma-low": "0", "sigma-high": "0" }],
  ["spatial.slip", { rate: "0" }],
  ["spatial.cube", { p: "0" }],
  ["values.contrast", { "range-low": "1", "range-high": "1" }],
  ["values.gaussianNoise", { "sigma-low": "0", "sigma-high": "0" }],
  ["values.gaussianBlur", { "sigmaNm-low": "0", "sigmaNm-high": "0" }],
  ["values.cutout", { p: "0" }],
])("%s that changes nothing gives the original, labels and all", async (name, inputs) => {
  await showLabels(true);
  const before = await finished(name);
  expect(await pixels(before, "result")).not.toEqual(await pixels(before, "original"));
  const card = await set(name, inputs);
  expect(await pixels(card, "result")).toEqual(await pixels(card, "original"));
});

test("the mirrored picture is the flipped original, with labels and without", async () => {
  for (const labels of [true, false]) {
    await showLabels(labels);
    const card = await finished("spatial.mirror");
    const original = await pixels(card, "original");
    expect((await pixels(card, "result")).rgba).toEqual(flippedInX(original));
  }
});

test("Draw again draws another sample; the range of a parameter holds", async () => {
  const card = await finished("spatial.rotate");
  await set("spatial.rotate", { "z-low": "-45", "z-high": "45" });
  const seen = new Set<string>();
  for (let i = 0; i < 4; i++) {
    await card.getByRole("button", { name: "Draw again" }).click();
    await finished("spatial.rotate");
    const drawn = (await card.locator(".drawn").textContent())!;
    expect(Math.abs(Number(/rotated (-?[\d.]+)°/.exec(drawn)![1]))).toBeLessThanOrEqual(45);
    seen.add(drawn);
  }
  expect(seen.size).toBe(4);
});

test("labels that are eroded further cover less, dilated further more", async () => {
  await showLabels(true);
  const covered = async (name: string, steps: string): Promise<number> => {
    const { rgba } = await pixels(await set(name, { steps }), "result");
    let count = 0;
    for (let i = 0; i < rgba.length; i += 4) {
      const voxel = rgba.slice(i, i + 3);
      if (Math.max(...voxel) - Math.min(...voxel) > 5) count++;
    }
    return count;
  };
  const eroded = [await covered("targets.erode", "1"), await covered("targets.erode", "4")] as const;
  const dilated = [await covered("targets.dilate", "1"), await covered("targets.dilate", "4")] as const;
  expect(eroded[1]).toBeGreaterThan(0);
  expect(eroded[1]).toBeLessThan(eroded[0]);
  expect(dilated[0]).toBeGreaterThan(eroded[0]);
  expect(dilated[1]).toBeGreaterThan(dilated[0]);
});

test("a channel of the result can be chosen", async () => {
  await showLabels(true);
  const card = await finished("targets.affinities");
  const channel = card.getByLabel("channel");
  const alongX = await pixels(card, "result");
  await channel.selectOption("instance[0,-4,0]");
  const alongY = await pixels(card, "result");
  expect(alongY).not.toEqual(alongX);
  await card.locator('input[name="distance"]').fill("5");
  await finished("targets.affinities");
  expect(await channel.locator("option").allTextContents()).toEqual([
    "all",
    "instance[-5,0,0]",
    "instance[0,-5,0]",
    "instance[0,0,-5]",
  ]);
});

test("the ends of a range do not pass each other", async () => {
  const card = await set("values.contrast", { "range-low": "0.5", "range-high": "0.8" });
  await set("values.contrast", { "range-low": "1.2" });
  expect(await card.locator('input[name="range-high"]').inputValue()).toBe("1.2");
  await set("values.contrast", { "range-high": "0.4" });
  expect(await card.locator('input[name="range-low"]').inputValue()).toBe("0.4");
  expect(await card.getAttribute("data-state")).toBe("done");
});

test("another slice of the same patch, by keyboard", async () => {
  const card = await finished("values.invert");
  const across = await pixels(card, "original");
  await card.getByLabel("slice across").press("ArrowDown");
  await finished("values.invert");
  expect(await card.getByLabel("slice across").inputValue()).toBe("y");
  expect(await pixels(card, "original")).not.toEqual(across);
});

test("what the library refuses is said in the card, and mended there", async () => {
  const card = await set("spatial.elastic", { "sigma-low": "100", "sigma-high": "100" });
  expect(await card.getAttribute("data-state")).toBe("failed");
  expect(await card.getByRole("alert").textContent()).toMatch(
    /invalid-option: spatialTransforms\[0\]\.sigma/,
  );
  await set("spatial.elastic", { "sigma-low": "20" });
  await set("spatial.elastic", { "sigma-high": "20" });
  expect(await card.getAttribute("data-state")).toBe("done");
  expect(await card.getByRole("alert").isVisible()).toBe(false);
});

test("every input has a name for those who cannot see it", async () => {
  const unnamed = await page.evaluate(() => {
    const inputs = [...document.querySelectorAll("input, select, button")] as HTMLInputElement[];
    return inputs.filter((input) => {
      const text = input.getAttribute("aria-label") ?? input.labels?.[0]?.textContent ?? input.textContent;
      return !text?.trim();
    }).length;
  });
  expect(unnamed).toBe(0);
});

test("400 pixels are wide enough", async () => {
  const narrow = await demo.browser.newPage({ viewport: { width: 400, height: 800 } });
  await narrow.goto(`${demo.url}gallery.html`);
  await narrow.locator('[data-operation="spatial.mirror"][data-state="done"]').waitFor({ timeout: 60_000 });
  const widths = await narrow.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]);
  await narrow.close();
});

test("a table that is not there is said in the page", async () => {
  const lost = await newPage(demo, "gallery.html?source=/data/nowhere.csv");
  await lost.locator("#problem").waitFor({ timeout: 30_000 });
  expect(await lost.locator("#problem code").textContent()).toBe("not-found");
  await lost.close();
});

test("npm start -- --gallery writes the presets' pictures", async () => {
  const out = mkdtempSync(join(tmpdir(), "voxelfeed-gallery-"));
  const child = spawn(process.execPath, ["scripts/start.mjs", "--gallery", out, "--port", "0"], {
    cwd: repository,
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  expect(code, stderr).toBe(0);
  for (const name of ["em", "emAnisotropic", "none"]) {
    const bytes = readFileSync(join(out, `preset-${name}.webp`));
    expect(bytes.length, name).toBeLessThan(150_000);
    const url = `data:image/webp;base64,${bytes.toString("base64")}`;
    const picture = await summarisePicture(demo.browser, url);
    expect(picture.width).toBe(816);
    expect(picture.colours).toBeGreaterThan(1000);
    expect(picture.coloured).toBeGreaterThan(0.1);
  }
  rmSync(out, { recursive: true });
});
