/** `npm start -- --headless`, as a command. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Figures } from "../demo/figures.js";
import { chromiumFlags, ensureBrowser } from "../scripts/browser.mjs";
import { repository, sampleData, sharedData } from "./demo-page.js";
import { summarisePicture } from "./pictures.js";

let browser: Browser;
const out = mkdtempSync(join(tmpdir(), "voxelfeed-start-"));

beforeAll(async () => {
  await sampleData();
  browser = await chromium.launch({ executablePath: ensureBrowser().path, args: chromiumFlags });
});

afterAll(async () => {
  await browser.close();
  rmSync(out, { recursive: true, force: true });
});

async function startHeadless(
  ...options: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const args = ["scripts/start.mjs", "--headless", "--port", "0", ...options];
  const child = spawn(process.execPath, args, { cwd: repository });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += chunk));
  child.stderr.on("data", (chunk) => (output.stderr += chunk));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, ...output };
}

function sheetOf(folder: string): string {
  return `data:image/png;base64,${readFileSync(join(folder, "contact-sheet.png")).toString("base64")}`;
}

test("one line of figures, a contact sheet, exit code 0", async () => {
  const { code, stdout, stderr } = await startHeadless("--batches", "8", "--out", join(out, "sample"));
  expect(code, stderr).toBe(0);
  const lines = stdout.split("\n").filter((line) => line !== "");
  expect(lines).toHaveLength(1);
  const figures: Figures = JSON.parse(lines[0]!);
  expect(figures).toMatchObject({ batches: 8, samples: 32, missingChunks: 0 });
  // A software adapter renders several times slower than the workers do.
  expect(figures.backend).toBe("cpu");
  expect(figures.chunkLoads).toBeGreaterThan(20);
  expect(figures.encodedBytes).toBeGreaterThan(1e6);
  expect(figures.memoryHits).toBeGreaterThan(figures.chunkLoads);
  expect(figures.batchesPerSecond).toBeGreaterThan(0.1);
  expect(figures.voxelsPerSecond).toBeGreaterThan(1e5);
  expect(figures.firstBatchMs).toBeGreaterThan(0);
  expect(figures.longTasksOver50ms).toBeTypeOf("number");
  expect(figures.longTasksAfterFirstBatch).toBeLessThanOrEqual(figures.longTasksOver50ms);
  const { memory } = figures.budget;
  expect(memory.bytes).toBeGreaterThan(0);
  expect(memory.peakBytes).toBeLessThanOrEqual(memory.maxBytes);
  // The sample gives every voxel one class; they are all there, and sum up to one where all are annotated.
  const shares = Object.values(figures.labelVoxels).map((share) => share ?? 0);
  expect(Object.keys(figures.labelVoxels)).toEqual(["cytoplasm", "membrane", "lumen", "mito"]);
  expect(Math.min(...shares)).toBeGreaterThan(0);
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 1);

  const sheet = await summarisePicture(browser, sheetOf(join(out, "sample")));
  expect(sheet.width).toBeGreaterThan(1000);
  expect(sheet.height).toBeGreaterThan(1000);
  expect(sheet.colours).toBeGreaterThan(1000);
  expect(sheet.coloured).toBeGreaterThan(0.1);
});

test.runIf(existsSync(sharedData))("the same with data of one's own", async () => {
  const options = ["--batches", "4", "--data", sharedData, "--out", join(out, "own")];
  const { code, stdout, stderr } = await startHeadless(...options);
  expect(code, stderr).toBe(0);
  const figures: Figures = JSON.parse(stdout);
  expect(figures).toMatchObject({ batches: 4, samples: 16 });
  expect(figures.labelVoxels.neurite).toBeGreaterThan(0.5);
  expect(figures.labelVoxels.membrane).toBeGreaterThan(0.02);
  expect((await summarisePicture(browser, sheetOf(join(out, "own")))).colours).toBeGreaterThan(1000);
});

test("a failure is said on stderr, and the exit code is 1", async () => {
  const { code, stdout, stderr } = await startHeadless("--data", repository, "--out", join(out, "none"));
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain("not-found");
});
