/** Two tabs of one profile that read twice the disk budget at once: nothing wrong is read, and nobody takes more room. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumFlags, ensureBrowser } from "../scripts/browser.mjs";
import type { TabReport } from "./conditions/tab.js";
import { buildConditionsSite, type ConditionsSite } from "./conditions-site.js";

const isLong = import.meta.env.MODE === "fuzz";
const seconds = isLong ? 120 : 6;
const batches = 16;
/** The volume is 64 chunks, 14 MiB as they are stored. */
const diskBytes = 7 * 2 ** 20;
const seeds = [1, 2] as const;

let site: ConditionsSite;
let context: BrowserContext;
let origin: string;

beforeAll(async () => {
  site = await buildConditionsSite();
  context = await chromium.launchPersistentContext(join(site.scratch, "tabs"), {
    executablePath: ensureBrowser().path,
    args: chromiumFlags,
  });
  origin = await site.serve();
});

afterAll(async () => {
  await context.close();
  await site.close();
});

async function open(options: Readonly<Record<string, number>>): Promise<Page> {
  const page = await context.newPage();
  const texts = Object.entries({ batches, ...options }).map(([name, value]) => [name, `${value}`]);
  await page.goto(`${origin}/tab.html?${site.query(Object.fromEntries(texts))}`);
  return page;
}

/** What the files take that the pages of the profile write to: the slab, or the database with its log. */
function storedBytes(name: "File System" | "IndexedDB"): number {
  const folder = join(site.scratch, "tabs/Default", name);
  // Until something is stored there are none.
  if (!existsSync(folder)) return 0;
  const options = { withFileTypes: true, recursive: true } as const;
  let bytes = 0;
  for (const entry of readdirSync(folder, options)) {
    if (entry.isFile())
      bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

async function reportOf(page: Page): Promise<TabReport> {
  await page.waitForFunction(() => window.tab !== undefined, undefined, { timeout: 60_000 + 1000 * seconds });
  const report = (await page.evaluate(() => window.tab))!;
  await page.close();
  if ("error" in report) throw new Error(report.error);
  return report;
}

test("two tabs at twice the disk budget", { timeout: 180_000 + 2000 * seconds }, async () => {
  const expected = await Promise.all(
    seeds.map(async (seed) => (await reportOf(await open({ seed, disk: 0, passes: 1, seconds: 0 }))).digests),
  );
  const watching = await context.newPage();
  await watching.goto(`${origin}/tab.html`);
  const pages = await Promise.all(seeds.map((seed) => open({ seed, disk: diskBytes, passes: 2, seconds })));
  let isOver = false;
  const reported: number[] = [];
  const slab: number[] = [];
  const database: number[] = [];
  const watch = async (): Promise<void> => {
    while (!isOver) {
      reported.push(await watching.evaluate(() => window.occupiedBytes()));
      slab.push(storedBytes("File System"));
      database.push(storedBytes("IndexedDB"));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const watched = watch();
  const reports = await Promise.all(pages.map(reportOf)).finally(() => {
    isOver = true;
  });
  await watched;
  for (const [tab, { digests, diskHits, disk }] of reports.entries()) {
    const wrong = digests.filter((digest, i) => digest !== expected[tab]![i % batches]);
    expect(wrong).toEqual([]);
    expect(diskHits).toBeGreaterThan(10);
    // A record that is displaced between its index and itself is a fault, and rare.
    expect(disk.faults).toBeLessThan(5);
  }
  // More than fits: what was used least recently had to go.
  expect(reports.reduce((sum, { disk }) => sum + disk.writes, 0)).toBeGreaterThan(28);
  expect(reported.length).toBeGreaterThan(10);
  expect(Math.max(...reported)).toBeGreaterThan(0.9 * diskBytes);
  expect(Math.max(...reported)).toBeLessThanOrEqual(1.05 * diskBytes);
  expect(Math.max(...slab)).toBeLessThanOrEqual(1.05 * diskBytes);
  // The log of the database does not grow with the budget.
  expect(Math.max(...database)).toBeLessThan(8 * 2 ** 20);
});
