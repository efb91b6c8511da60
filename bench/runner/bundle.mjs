/** Builds the benchmark page from the sources, as an application that uses voxelfeed would be built. */
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../pages", import.meta.url));

/** @returns {Promise<string>} The folder it is in. */
export async function buildPage() {
  const outDir = fileURLToPath(new URL("../../.cache/bench/page", import.meta.url));
  await build({
    configFile: false,
    root,
    base: "./",
    logLevel: "warn",
    build: { outDir, emptyOutDir: true, target: "esnext", chunkSizeWarningLimit: 4096 },
    worker: { format: "es" },
  });
  return outDir;
}
