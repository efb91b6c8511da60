/** Processes of the browser that are killed under a loader. Only those of the test's own browser are, by their ids. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumFlags, ensureBrowser } from "../scripts/browser.mjs";
import type { Report } from "./conditions/page.js";
import { buildConditionsSite, type ConditionsSite } from "./conditions-site.js";

const isLong = import.meta.env.MODE === "fuzz";

let site: ConditionsSite;

beforeAll(async () => {
  site = await buildConditionsSite();
});

afterAll(async () => {
  await site.close();
});

async function openBrowser(profile: string): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(join(site.scratch, profile), {
    executablePath: ensureBrowser().path,
    // Chromium would give up the GPU after a few crashes, and keep it from a page that it blames for one.
    args: [...chromiumFlags, "--disable-gpu-process-crash-limit", "--disable-domain-blocking-for-3d-apis"],
  });
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const [, parent] = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
      return [{ pid, parent: Number(parent), command }];
    } catch {
      // It has just ended.
      return [];
    }
  });
}

/** The browser with this profile, which is named after a folder that only this test has. */
function browserOf(profile: string, all: readonly Process[]): Process {
  const folder = join(site.scratch, profile);
  const found = all.filter(({ command }) => command.includes(folder) && !command.includes("--type="));
  // Its crash reporter is started with the same folder, by the browser itself.
  const browsers = found.filter(({ parent }) => !found.some(({ pid }) => pid === parent));
  expect(browsers.length).toBe(1);
  return browsers[0]!;
}

function killBrowser(profile: string): void {
  process.kill(browserOf(profile, processes()).pid, "SIGKILL");
}

/** Its GPU process: a child, or a child of one. */
function killGpuProcess(profile: string): void {
  const all = processes();
  const { pid } = browserOf(profile, all);
  const isBelow = ({ parent }: Process): boolean =>
    parent === pid || all.some((other) => other.pid === parent && isBelow(other));
  const found = all.filter((each) => each.command.includes("--type=gpu-process") && isBelow(each));
  expect(found.length).toBe(1);
  process.kill(found[0]!.pid, "SIGKILL");
}

async function open(
  context: BrowserContext,
  origin: string,
  options: Readonly<Record<string, string>>,
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${origin}/index.html?${site.query(options)}`);
  return page;
}

async function delivered(page: Page, batches: number): Promise<void> {
  await page.waitForFunction((least) => (window.delivered ?? 0) >= least, batches, { timeout: 60_000 });
}

async function reportOf(page: Page): Promise<Report> {
  await page.waitForFunction(() => window.report !== undefined, undefined, { timeout: 120_000 });
  return (await page.evaluate(() => window.report))!;
}

test.runIf(process.platform === "linux")(
  "the GPU process is killed: every batch comes, bit for bit",
  async () => {
    const kills = isLong ? 5 : 2;
    const options = { backend: "webgpu", batches: `${4 * (kills + 1)}` };
    const context = await openBrowser("gpu");
    const origin = await site.serve();
    try {
      const quiet = await reportOf(await open(context, origin, options));
      expect(quiet).toMatchObject({ error: null, backend: "webgpu", lostDevices: 0 });
      const page = await open(context, origin, options);
      for (let i = 0; i < kills; i++) {
        await delivered(page, 4 * i + 1);
        killGpuProcess("gpu");
      }
      const shaken = await reportOf(page);
      expect(shaken).toMatchObject({ error: null, backend: "webgpu", digests: quiet.digests });
      expect(shaken.lostDevices).toBeGreaterThan(0);
    } finally {
      await context.close();
    }
  },
);

test.runIf(process.platform === "linux")(
  "the browser is killed while it writes the disk cache: nothing wrong is read afterwards",
  async () => {
    const kills = isLong ? 10 : 2;
    const options = { batches: "12", awaitDisk: "1" };
    const origin = await site.serve();
    const clean = await openBrowser("clean");
    const expected = await reportOf(await open(clean, origin, options));
    await clean.close();
    expect(expected.error).toBeNull();
    expect(expected.cachedBytes).toBeGreaterThan(0);
    for (let i = 0; i < kills; i++) {
      const context = await openBrowser("killed");
      const page = await open(context, origin, options);
      const closed = new Promise((resolve) => context.once("close", resolve));
      await delivered(page, 1 + (i % 8));
      killBrowser("killed");
      await closed;
    }
    const context = await openBrowser("killed");
    const after = await reportOf(await open(context, origin, options));
    await context.close();
    expect(after).toMatchObject({ error: null, digests: expected.digests });
  },
);
