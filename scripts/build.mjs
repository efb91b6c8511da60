/**
 * Builds the package into `dist`: ES modules by rolldown, declarations by tsc; prints the sizes.
 *
 * The worker is an entry of its own, found from `index.js` by `new URL("./chunk.worker.js", import.meta.url)`:
 * a form that bundlers follow and that runs unbundled too. (Vite's library mode would inline the worker instead.)
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { compressedSizes, root, writeModules } from "./bundle.mjs";
import { entries } from "./entries.mjs";

rmSync(resolve(root, "dist"), { recursive: true, force: true });
mkdirSync(resolve(root, "dist"));
await writeModules(resolve(root, "dist"));
const tsc = resolve(root, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", resolve(root, "tsconfig.build.json")], { stdio: "inherit" });
for (const name of Object.keys(entries)) {
  const { atOnce, reading, later } = await compressedSizes(name);
  const parts = [
    `${kB(atOnce)} kB minified and Brotli-compressed, without dependencies`,
    ...(reading === 0 ? [] : [`${kB(reading)} kB for the first read`]),
    ...(later === 0 ? [] : [`${kB(later)} kB where they are needed`]),
  ];
  console.log(`dist/${name}.js: ${parts.join(", ")}`);
}

function kB(bytes) {
  return (bytes / 1000).toFixed(1);
}
