/**
 * Builds the package into `dist`: ES modules by rolldown, declarations by tsc; prints the sizes.
 *
 * The worker is an entry of its own, found from `index.js` by `new URL("./chunk.worker.js", import.meta.url)`:
 * a form that bundlers follow and that runs unbundled too. (Vite's library mode would inline the worker instead.)
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { rolldown } from "rolldown";
import { entries } from "./entries.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { dependencies } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));

/** Dependencies stay imports: the consumer's bundler shares them with the rest of the page. */
const external = (id) => Object.keys(dependencies).some((name) => id === name || id.startsWith(`${name}/`));

/** `import code from "./x.wgsl?raw"` gives the file's text, as in Vite. */
const rawText = {
  name: "raw-text",
  resolveId(id, importer) {
    return id.endsWith("?raw") && importer ? resolve(dirname(importer), id) : null;
  },
  async load(id) {
    if (!id.endsWith("?raw")) return null;
    const text = await readFile(id.slice(0, -"?raw".length), "utf8");
    return { code: `export default ${JSON.stringify(text)};`, moduleType: "js", moduleSideEffects: false };
  },
};

const workerInSource = 'new URL("../../workers/chunk.worker.ts", import.meta.url)';
const workerInPackage = 'new URL("./chunk.worker.js", import.meta.url)';

/** Points `src/pool/spawn.ts` at the built worker. */
const workerUrl = {
  name: "worker-url",
  transform(code, id) {
    if (!id.endsWith("/src/pool/spawn.ts")) return null;
    if (!code.includes(workerInSource))
      throw new Error(`${id} does not name the worker by ${workerInSource}`);
    return { code: code.replace(workerInSource, workerInPackage), map: null };
  },
};

/** @param {Record<string, string>} input */
const bundle = (input) =>
  rolldown({ input, cwd: root, platform: "browser", external, plugins: [workerUrl, rawText] });

async function writeModules() {
  const build = await bundle(entries);
  await build.write({
    dir: resolve(root, "dist"),
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    // Beside the entries, so that a URL relative to a chunk is relative to the entry as well.
    chunkFileNames: "shared-[name].js",
  });
  await build.close();
}

/** Minified and Brotli-compressed size in bytes of an entry with all that it needs at once, dependencies apart. */
async function compressedSize(name) {
  const build = await bundle({ [name]: entries[name] });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  const chunks = output.filter((file) => file.type === "chunk");
  const needed = new Set(chunks.filter(({ isEntry }) => isEntry));
  // A set grows while it is walked: imports of imports are reached too.
  for (const { imports } of needed) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) needed.add(chunk);
  }
  return brotliCompressSync([...needed].map(({ code }) => code).join("")).length;
}

rmSync(resolve(root, "dist"), { recursive: true, force: true });
await writeModules();
const tsc = resolve(root, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", resolve(root, "tsconfig.build.json")], { stdio: "inherit" });
for (const name of Object.keys(entries)) {
  const kib = (await compressedSize(name)) / 1024;
  console.log(`dist/${name}.js: ${kib.toFixed(1)} KiB minified and Brotli-compressed, without dependencies`);
}
