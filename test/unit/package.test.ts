import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { entries } from "../../scripts/entries.mjs";

const root = new URL("../../", import.meta.url);
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const manifest = readJson("package.json");
const lock = readJson("package-lock.json");

/** The files that the exports name, whatever their condition. */
function exportedFiles(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Object.values(value as Record<string, unknown>).flatMap(exportedFiles);
}

describe("package.json", () => {
  it("is an MIT-licensed ES module without side effects", () => {
    expect(manifest.name).toBe("voxelfeed");
    expect(manifest.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(manifest.license).toBe("MIT");
    expect(existsSync(fileURLToPath(new URL("LICENSE", root)))).toBe(true);
    expect(manifest.type).toBe("module");
    expect(manifest.sideEffects).toBe(false);
  });

  it("exports only files that the build makes", () => {
    const built = Object.entries(entries).flatMap(([name, source]) => [
      `./dist/${name}.js`,
      `./dist/${source.replace(/\.ts$/, ".d.ts")}`,
    ]);
    const files = exportedFiles(manifest.exports).filter((file) => file !== "./package.json");
    expect(built).toEqual(expect.arrayContaining(files));
    expect(files).toContain("./dist/index.js");
    expect(files).toContain("./dist/chunk.worker.js");
    expect(manifest.types).toBe(manifest.exports["."].types);
  });

  it("names types first in each export, as TypeScript asks", () => {
    for (const value of Object.values(manifest.exports)) {
      const conditions = typeof value === "string" ? [] : Object.keys(value as object);
      expect(conditions.indexOf("types")).toBeLessThanOrEqual(0);
    }
  });

  it("publishes the build and the documents, nothing else", () => {
    expect(manifest.files).toEqual(["dist", "README.md", "CHANGELOG.md", "LICENSE"]);
  });

  it("has few dependencies, each from a registry and with a range", () => {
    const dependencies = Object.entries<string>(manifest.dependencies);
    expect(dependencies.length).toBeLessThanOrEqual(10);
    for (const [, range] of dependencies) expect(range).toMatch(/^[\^~]\d/);
    const installScripts = ["preinstall", "install", "postinstall"];
    expect(Object.keys(manifest.scripts).filter((name) => installScripts.includes(name))).toEqual([]);
  });

  it("agrees with the lock file, for npm ci", () => {
    const locked = lock.packages[""];
    expect(locked.dependencies).toEqual(manifest.dependencies);
    expect(locked.devDependencies).toEqual(manifest.devDependencies);
    expect(locked.version).toBe(manifest.version);
    expect(locked.engines).toEqual(manifest.engines);
  });

  it("builds itself before it is packed, and asks for a Node that its tools run on", () => {
    expect(manifest.scripts.prepack).toBe("npm run build");
    expect(manifest.engines.node).toBe(">=20.19");
  });
});
