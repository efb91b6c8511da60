/**
 * The package as a stranger gets it: packed, put into an empty Vite app without any configuration, and opened in
 * a browser.
 */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Blosc from "numcodecs/blosc";
import { type Browser, chromium } from "playwright";
import { build, createServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumFlags, ensureBrowser } from "../../scripts/browser.mjs";
import { writeSampleData } from "../../scripts/sample-data.mjs";
import { serveFolder } from "../../scripts/static-server.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const voxelSizeNm = 8;
const start = [20, 24, 30];
const shape = [8, 9, 10];

const mainTs = `
import { isVoxelfeedError, openImage } from "voxelfeed";

declare global {
  var result: { data: number[]; shape: number[]; level: number } | { error: string } | undefined;
}

const url = new URLSearchParams(location.search).get("image")!;
try {
  const image = await openImage(url);
  const center = ${JSON.stringify(start.map((s, k) => (s + (shape[k] - 1) / 2) * voxelSizeNm))} as const;
  const patch = await image.read({ center, shape: ${JSON.stringify(shape)}, scale: [8, 8, 8] });
  globalThis.result = { data: [...patch.data].map(Number), shape: [...patch.shape], level: patch.level };
} catch (error) {
  globalThis.result = { error: \`\${isVoxelfeedError(error)} \${error}\` };
}
`;

let parent: string;
let app: string;
let tarball: string;
let browser: Browser;
let data: Awaited<ReturnType<typeof serveFolder>>;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "voxelfeed-package-"));
  app = join(parent, "app");
  // npm pack builds first ("prepack").
  execFileSync("npm", ["pack", "--loglevel=error", "--pack-destination", parent], {
    cwd: root,
    stdio: "inherit",
  });
  const tarballs = (await readdir(parent)).filter((name) => name.endsWith(".tgz"));
  expect(tarballs).toHaveLength(1);
  tarball = join(parent, tarballs[0]);

  const installed = join(app, "node_modules", "voxelfeed");
  await mkdir(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  // Only what the package declares can be found: an undeclared import fails the build. No network needed.
  const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(app, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, "node_modules", name), link);
  }
  await writeFile(join(app, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }));
  await writeFile(join(app, "index.html"), '<!doctype html><script type="module" src="/main.ts"></script>');
  await writeFile(join(app, "main.ts"), mainTs);

  const sample = join(parent, "sample");
  await writeSampleData(sample, { size: 64 });
  data = await serveFolder(sample);
  browser = await chromium.launch({ executablePath: ensureBrowser().path, args: chromiumFlags });
});

afterAll(async () => {
  await browser?.close();
  await data?.close();
  await rm(parent, { recursive: true, force: true });
});

/** Opens the app, and compares the patch that it read with the stored chunk. */
async function expectPatch(url: string) {
  const page = await browser.newPage();
  const problems: string[] = [];
  const workers: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("worker", (worker) => workers.push(worker.url()));
  const image = `${data.url}/sample.zarr/recon-1/em/fibsem-uint8`;
  await page.goto(`${url}?image=${encodeURIComponent(image)}`);
  await page
    .waitForFunction(() => "result" in globalThis, undefined, { timeout: 60_000 })
    .catch((error) => problems.push(String(error)));
  const result = await page.evaluate(() => (globalThis as { result?: unknown }).result);
  await page.close();
  expect(problems).toEqual([]);

  const file = join(parent, "sample", "sample.zarr/recon-1/em/fibsem-uint8/s0/0/0/0");
  const chunk = await Blosc.fromConfig({ id: "blosc" }).decode(await readFile(file));
  const expected: number[] = [];
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const at = ((start[0] + z) * 64 + start[1] + y) * 64 + start[2];
      expected.push(...chunk.subarray(at, at + shape[2]));
    }
  }
  const { data: voxels, ...rest } = result as { data: number[] };
  expect(rest).toEqual({ shape, level: 0 });
  expect(voxels).toHaveLength(expected.length);
  // The patch lies on the voxels: linear interpolation gives them back, up to float32 rounding.
  const largest = voxels.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  expect(largest).toBeLessThan(0.01);
  expect(workers.length).toBeGreaterThan(0);
  expect(workers.every((worker) => worker.includes("chunk.worker"))).toBe(true);
}

describe("the packed package", () => {
  it("holds the build and the documents, and nothing else", () => {
    const listing = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" });
    const files = listing
      .trim()
      .split("\n")
      .map((name) => name.replace(/^package\//, ""));
    const expected =
      /^(package\.json|LICENSE|README\.md|CHANGELOG\.md|dist\/[\w.-]+\.js(\.map)?|dist\/(src|workers)\/.+\.d\.ts)$/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(["LICENSE", "dist/index.js", "dist/chunk.worker.js", "dist/src/index.d.ts"]),
    );
  });

  it("keeps its worker a file of its own, found by a URL that bundlers follow", async () => {
    const dist = join(app, "node_modules/voxelfeed/dist");
    const scripts = (await readdir(dist)).filter(
      (name) => name.endsWith(".js") && name !== "chunk.worker.js",
    );
    const texts = await Promise.all(scripts.map((name) => readFile(join(dist, name), "utf8")));
    const naming = texts.filter((text) => text.includes('new URL("./chunk.worker.js", import.meta.url)'));
    expect(naming).toHaveLength(1);
    expect(texts.some((text) => text.includes('chunk.worker.ts", import.meta.url'))).toBe(false);
  });

  it("has declarations that a strict TypeScript project accepts", async () => {
    const compilerOptions = {
      target: "ES2022",
      module: "ESNext",
      moduleResolution: "bundler",
      lib: ["ES2022", "DOM", "DOM.Iterable"],
      types: [],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
    };
    await writeFile(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const check = () => execFileSync(process.execPath, [tsc, "-p", app], { encoding: "utf8", stdio: "pipe" });
    expect(check).not.toThrow();
  });

  it("works in an app built by Vite", async () => {
    const outDir = join(parent, "built");
    await build({ root: app, configFile: false, logLevel: "error", build: { outDir } });
    const assets = await readdir(join(outDir, "assets"));
    expect(assets.filter((name) => /^chunk\.worker.*\.js$/.test(name))).toHaveLength(1);
    const server = await serveFolder(outDir);
    try {
      await expectPatch(`${server.url}/index.html`);
    } finally {
      await server.close();
    }
  });

  it("works in Vite's development server", async () => {
    const server = await createServer({
      root: app,
      configFile: false,
      logLevel: "warn",
      // The app's dependencies are links into this repository.
      server: { port: 0, host: "127.0.0.1", fs: { allow: [parent, root] } },
    });
    try {
      await server.listen();
      await expectPatch(server.resolvedUrls!.local[0]);
    } finally {
      await server.close();
    }
  });
});
