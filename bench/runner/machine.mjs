/** What the figures were measured on. */
import { readFileSync } from "node:fs";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { chromiumVersion } from "./chromium.mjs";

/** @returns {Record<string, string | number>} */
export function describeMachine() {
  const processors = cpus();
  return {
    processor: `${processors.length} × ${processors[0]?.model.trim() ?? "unknown"}`,
    "memory, GiB": Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    "load before": loadavg()[0].toFixed(1),
    browser: chromiumVersion(),
    "WebGPU adapter": "SwiftShader (software)",
    node: process.version,
    voxelfeed: versionOf("../../package.json"),
    zarrita: versionOf("../../node_modules/zarrita/package.json"),
    fizarrita: versionOf("../../node_modules/@fideus-labs/fizarrita/package.json"),
  };
}

function versionOf(manifest) {
  return JSON.parse(readFileSync(new URL(manifest, import.meta.url), "utf8")).version;
}
