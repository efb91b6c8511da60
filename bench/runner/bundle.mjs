/** Builds the benchmark page with the package, as an application that uses voxelfeed would be built. */
import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "vite";
import { root, writeModules } from "../../scripts/bundle.mjs";
import { entries } from "../../scripts/entries.mjs";

const packageFolder = resolve(root, ".cache/bench/package");

/** What the pages import from the sources, for its types, comes from the package. */
const fromPackage = {
  name: "from-package",
  enforce: /** @type {const} */ ("pre"),
  async resolveId(id, importer) {
    const found = await this.resolve(id, importer, { skipSelf: true });
    const name = Object.keys(entries).find((entry) => found?.id === resolve(root, entries[entry]));
    return name === undefined ? null : resolve(packageFolder, `${name}.js`);
  },
};

/** @returns {Promise<string>} The folder it is in. */
export async function buildPage() {
  rmSync(packageFolder, { recursive: true, force: true });
  mkdirSync(packageFolder, { recursive: true });
  await writeModules(packageFolder);
  const outDir = resolve(root, ".cache/bench/page");
  await build({
    configFile: false,
    root: resolve(root, "bench/pages"),
    base: "./",
    logLevel: "warn",
    plugins: [fromPackage],
    build: { outDir, emptyOutDir: true, target: "esnext", chunkSizeWarningLimit: 4096 },
    worker: { format: "es", plugins: () => [fromPackage] },
  });
  return outDir;
}
