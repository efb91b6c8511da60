/** Bundles the package's modules, and measures them. */
import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { rolldown } from "rolldown";
import { entries } from "./entries.mjs";
import { bareWgsl } from "./wgsl.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));
const { dependencies } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));

/** Dependencies stay imports: the consumer's bundler shares them with the rest of the page. */
const external = (id) => Object.keys(dependencies).some((name) => id === name || id.startsWith(`${name}/`));

/** `import code from "./x.wgsl?raw"` gives the file's text, as in Vite, without comments and indentation. */
const rawText = {
  name: "raw-text",
  resolveId(id, importer) {
    return id.endsWith("?raw") && importer ? resolve(dirname(importer), id) : null;
  },
  async load(id) {
    if (!id.endsWith("?raw")) return null;
    const text = await readFile(id.slice(0, -"?raw".length), "utf8");
    return {
      code: `export default ${JSON.stringify(bareWgsl(text))};`,
      moduleType: "js",
      moduleSideEffects: false,
    };
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

/**
 * Modules that are fetched together, for the first of them: on the page what opening, reading and batches take, whatever
 * is read; in a worker what renders.
 */
const readingModules = {
  page: [
    "src/engine/works.ts",
    "src/dataset/open-crop.ts",
    "src/dataset/image.ts",
    "src/dataset/get.ts",
    "src/loader/prepare-batch.ts",
    "src/loader/prepared-order.ts",
  ],
  worker: ["src/cpu/render.ts"],
};

/**
 * Bundles entries into few files: what the first of them imports at once is one, shared by all, however its parts are
 * used by what is fetched later; what every reader of data takes is another.
 *
 * @param {readonly string[]} names
 * @param {import("rolldown").OutputOptions} options
 * @param {Readonly<Record<string, string>>} sources File of each entry.
 */
export async function bundle(names, options, sources = entries) {
  const core = new Set();
  const reading = new Set();
  const groupModules = {
    name: "group-modules",
    buildEnd() {
      const visit = (id, group) => {
        if (core.has(id) || group.has(id) || external(id) || this.getModuleInfo(id) === null) return;
        group.add(id);
        for (const imported of this.getModuleInfo(id).importedIds) visit(imported, group);
      };
      visit(resolve(root, sources[names[0]]), core);
      const thread = names.includes("chunk.worker") ? "worker" : "page";
      for (const file of readingModules[thread]) visit(resolve(root, file), reading);
    },
  };
  const build = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, sources[name]])),
    cwd: root,
    platform: "browser",
    external,
    plugins: [workerUrl, rawText, groupModules],
  });
  // A worker's entry does something when it runs, and a development server may serve it under two names: nothing else may
  // be in its file that another file imports.
  const entry = names.includes("chunk.worker") ? resolve(root, sources[names[0]]) : null;
  const codeSplitting = {
    groups: [
      { name: `${names[0]}-core`, test: (id) => core.has(id) && id !== entry },
      { name: readingChunk(names[0]), test: (id) => reading.has(id) },
    ],
  };
  const { output } = await build.generate({ format: "esm", codeSplitting, ...options });
  await build.close();
  return output;
}

/** Entries by the thread they run on: page and workers share no modules, so that a worker is not the page's size. */
const threads = [Object.keys(entries).filter((name) => name !== "chunk.worker"), ["chunk.worker"]];

/**
 * Writes the package's modules.
 *
 * @param {string} folder Absolute path of a folder that is there.
 */
export async function writeModules(folder) {
  for (const names of threads) {
    const output = await bundle(names, {
      sourcemap: true,
      entryFileNames: "[name].js",
      // Beside the entries, so that a URL relative to a chunk is relative to the entry as well.
      chunkFileNames: names.includes("chunk.worker") ? "worker-[name].js" : "shared-[name].js",
    });
    for (const { fileName, ...file } of output) {
      writeFileSync(resolve(folder, fileName), file.type === "chunk" ? file.code : file.source);
    }
  }
}

/**
 * Minified and Brotli-compressed sizes in bytes, dependencies apart: of what an entry imports at once, of what the first
 * read fetches beside it, and of what is fetched when that is first needed.
 *
 * @param {string} name
 * @param {string} source Its file. Default: that of the package's entry.
 */
export async function compressedSizes(name, source = entries[name]) {
  // Names have no hashes, as in the package: those would add what does not compress, and differ with every change.
  const output = await bundle([name], { minify: true, chunkFileNames: "[name].js" }, { [name]: source });
  const chunks = output.filter(({ type }) => type === "chunk");
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const withImports = (roots) => {
    const list = new Set(roots);
    for (const { imports } of list) {
      for (const file of imports) if (byName.has(file)) list.add(byName.get(file));
    }
    return list;
  };
  const atOnce = withImports(chunks.filter(({ isEntry }) => isEntry));
  const toRead = withImports([...atOnce, ...chunks.filter((chunk) => chunk.name === readingChunk(name))]);
  const size = (isPart) =>
    chunks.filter(isPart).reduce((sum, { code }) => sum + brotliCompressSync(code).length, 0);
  return {
    atOnce: size((chunk) => atOnce.has(chunk)),
    reading: size((chunk) => toRead.has(chunk) && !atOnce.has(chunk)),
    later: size((chunk) => !toRead.has(chunk)),
  };
}

const readingChunk = (name) => `${name}-reading`;
