/** Pages that forbid this and that: each gets the same batches, and is told once what it must do without. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumFlags, ensureBrowser } from "../scripts/browser.mjs";
import type { Report } from "./conditions/page.js";
import { buildConditionsSite, type ConditionsSite } from "./conditions-site.js";

let site: ConditionsSite;
let browser: Browser;
let expected: Report;

beforeAll(async () => {
  site = await buildConditionsSite();
  browser = await chromium.launch({ executablePath: ensureBrowser().path, args: chromiumFlags });
  expected = await reportUnder({});
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

async function reportOf(page: Page, url: string): Promise<Report> {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${url}?${site.query()}`);
  await page.waitForFunction(() => window.report !== undefined, undefined, { timeout: 90_000 });
  const report = (await page.evaluate(() => window.report))!;
  await page.close();
  expect(errors).toEqual([]);
  expect(report.error).toBeNull();
  return report;
}

async function reportUnder(headers: Readonly<Record<string, string>>, file = "index.html"): Promise<Report> {
  return await reportOf(await browser.newPage(), `${await site.serve(headers)}/${file}`);
}

test("a page without conditions: workers, a disk cache, nothing to say; not isolated", () => {
  expect(expected.digests.length).toBe(8);
  expect(new Set(expected.digests).size).toBeGreaterThan(4);
  expect(expected).toMatchObject({ isOnPage: false, warnings: [], crossOriginIsolated: false });
});

test("a page that is cross-origin isolated", async () => {
  const report = await reportUnder({
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
  expect(report).toMatchObject({
    digests: expected.digests,
    isOnPage: false,
    warnings: [],
    crossOriginIsolated: true,
  });
});

const strict = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src *";

test("a strict policy: scripts and workers of the page's own only, no eval of any kind", async () => {
  const report = await reportUnder({ "Content-Security-Policy": `${strict}; worker-src 'self'` });
  expect(report).toMatchObject({ digests: expected.digests, isOnPage: false, warnings: [] });
});

test("a policy without workers: their work is done on the page's thread, which is said once", async () => {
  const report = await reportUnder({ "Content-Security-Policy": `${strict}; worker-src 'none'` });
  expect(report).toMatchObject({ digests: expected.digests, isOnPage: true });
  expect(report.warnings).toEqual([expect.stringMatching(/may not start workers/)]);
});

test("a sandboxed frame, of opaque origin: no workers, no storage", async () => {
  const report = await reportUnder({}, "frame.html");
  expect(report).toMatchObject({ digests: expected.digests, isOnPage: true, diskWrites: 0 });
  expect(report.warnings).toEqual([expect.stringMatching(/may not start workers/)]);
});

test("storage denied by the browser's settings: nothing is kept, all is read", async () => {
  const profile = join(site.scratch, "profile");
  mkdirSync(join(profile, "Default"), { recursive: true });
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: ensureBrowser().path,
    args: chromiumFlags,
  });
  try {
    const page = await context.newPage();
    const origin = await site.serve();
    await page.goto(`${origin}/frame.html`);
    const isDenied = await page.evaluate(async () => {
      try {
        const request = indexedDB.open("any");
        return await new Promise<boolean>((resolve) => {
          request.onsuccess = () => resolve(false);
          request.onerror = () => resolve(true);
        });
      } catch {
        return true;
      }
    });
    expect(isDenied).toBe(true);
    const report = await reportOf(page, `${origin}/index.html`);
    expect(report).toMatchObject({ digests: expected.digests, isOnPage: false, diskWrites: 0 });
  } finally {
    await context.close();
  }
});
