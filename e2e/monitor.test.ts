/** The monitor's element in the demo: live figures of what really happens. */
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Demo, newPage, openDemo, sampleData } from "./demo-page.js";

let demo: Demo;
let page: Page;

beforeAll(async () => {
  demo = await openDemo(await sampleData());
});
afterAll(() => demo.close());
afterEach(async () => {
  demo.latencyMs = 0;
  await page.close();
});

const soon = { timeout: 30_000 };
const inMonitor = (selector: string) => page.locator(`voxelfeed-monitor ${selector}`);
const text = (selector: string) => inMonitor(selector).first().textContent();

/** Median of a stage as it is shown. */
async function median(stage: string): Promise<string> {
  const cells = await inMonitor(".rows > *").allTextContents();
  return cells[cells.indexOf(stage) + 2]!;
}

test("shows rates, stages and caches of the run, and keeps the last ones when it ends", async () => {
  page = await newPage(demo);
  expect(await text(".spark.good b")).toBe("");
  await page.click("#start");
  await expect.poll(async () => Number(await text(".spark.good b")), soon).toBeGreaterThan(0);
  const line = () => inMonitor(".spark.good .line").getAttribute("d");
  const before = await line();
  await expect.poll(line, soon).not.toBe(before);
  await expect
    .poll(() => text(".verdict b"), soon)
    .toMatch(/^[A-Z][a-z]+-bound$|^No bottleneck$|^Budget thrash$/);
  expect(await median("decode")).toMatch(/^[\d.]+ ms$/);
  expect(await median("render")).toMatch(/^[\d.]+ ms$/);
  expect(await text(".stack")).toBe("");
  expect(await inMonitor(".stack i").count()).toBeGreaterThan(0);
  expect(await inMonitor("section").nth(2).textContent()).toMatch(/Memory[\d.]+ MiB\d+ %/);
  await page.click("#stop");
  await expect.poll(() => page.locator("#status").textContent()).toMatch(/^Stopped/);
  // What was under way when it stopped may still come in.
  const staysTheSame = async (): Promise<boolean> => {
    const last = await text(".rows");
    await new Promise((done) => setTimeout(done, 1200));
    return (await text(".rows")) === last;
  };
  await expect.poll(staysTheSame, soon).toBe(true);
});

test("says that a slow server is what limits", async () => {
  page = await newPage(demo);
  demo.latencyMs = 400;
  await page.click("#start");
  const kind = () => inMonitor(".verdict").getAttribute("data-kind");
  await expect.poll(kind, { timeout: 60_000 }).toMatch(/^(fetch-latency|connections)$/);
  expect(await text(".verdict small")).toContain("blockShuffle");
  await expect.poll(async () => Number.parseFloat(await median("fetch")), soon).toBeGreaterThan(390);
});
