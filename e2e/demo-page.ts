/** The demo as a visitor meets it: its server, with counted requests, and a browser. */
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { createServer, type Plugin } from "vite";
import type { DemoResult } from "../demo/headless.js";
import { chromiumFlags, ensureBrowser } from "../scripts/browser.mjs";
import { writeSampleData } from "../scripts/sample-data.mjs";
import { demoConfig } from "../scripts/vite-demo.mjs";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export const repository = path("..");
/** Real data beside the checkout, where there are any. */
export const sharedData = path("../../shared/data");

/** The folder of the made-up sample, which is made where it is not there yet. */
export async function sampleData(): Promise<string> {
  const folder = path("../.cache/sample");
  await writeSampleData(folder);
  return folder;
}

export interface Demo {
  readonly url: string;
  readonly browser: Browser;
  /** Requests for data so far, in order. */
  readonly requests: readonly string[];
  /** Milliseconds that each request for data waits before it is answered. */
  latencyMs: number;
  close(): Promise<void>;
}

export async function openDemo(dataDir: string): Promise<Demo> {
  const requests: string[] = [];
  const counting: Plugin = {
    name: "count-and-delay",
    configureServer({ middlewares }) {
      middlewares.use("/data", (request, _, next) => {
        requests.push(request.url ?? "");
        setTimeout(next, demo.latencyMs);
      });
    },
  };
  const config = demoConfig({ dataDir, port: 0 });
  const server = await createServer({
    ...config,
    // A file saved in mid-test would reload the page under it.
    server: { ...config.server, hmr: false, watch: null },
    plugins: [counting, ...(config.plugins ?? [])],
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath: ensureBrowser().path, args: chromiumFlags });
  const demo: Demo = {
    url: server.resolvedUrls!.local[0]!,
    browser,
    requests,
    latencyMs: 0,
    async close() {
      await browser.close();
      await server.close();
    },
  };
  // The first page makes the server bundle the dependencies; no test is to wait for that.
  const page = await browser.newPage();
  await page.goto(demo.url);
  await page.close();
  return demo;
}

export async function newPage({ browser, url }: Demo, query = ""): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(url + query);
  return page;
}

/** Opens the page with `?headless=1` and waits for what it leaves behind. */
export async function runHeadless(demo: Demo, query: string): Promise<DemoResult> {
  const page = await newPage(demo, `?headless=1&${query}`);
  await page.waitForFunction(() => window.__voxelfeedDemo !== undefined, undefined, { timeout: 120_000 });
  const result = await page.evaluate(() => window.__voxelfeedDemo);
  await page.close();
  return result!;
}
