/** The house rules that a machine can check: imports point downward, files stay small, nothing runs at import. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Lowest first; a file may import from its own line and from those above it. */
const layers: readonly (readonly string[])[] = [
  [
    "src/types",
    "src/errors",
    "src/abort",
    "src/shared-abort",
    "src/together",
    "src/options",
    "src/emitter",
    "src/fetch-code",
    "src/wire-error",
  ],
  ["src/math", "src/timing", "shaders"],
  ["src/zarr", "src/plan", "src/augment", "src/cache"],
  ["src/cpu", "src/gpu", "src/pool"],
  ["workers", "src/engine"],
  ["src/dataset"],
  ["src/sampling"],
  ["src/loader"],
  ["src/split", "src/monitor"],
  ["src/cellmap", "src/verify"],
  ["src/index"],
];

function files(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function layerOf(file: string): number {
  return layers.findIndex((names) =>
    names.some((name) => file === `${name}.ts` || file.startsWith(`${name}/`)),
  );
}

/** Where workers are forbidden, the page fetches their code and runs it itself. */
const workersOnThePage = { file: "src/pool/thread.ts", target: "workers/chunk-api.ts" };

/** What a file imports from the project, at once or when it is needed, as paths below its root. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), "utf8");
  const specifiers = [...source.matchAll(/\b(?:from |import\()"(\.[^"]+)"/g)].map((match) => match[1]!);
  const targets = specifiers.map((specifier) =>
    relative(root, resolve(root, dirname(file), specifier.replace(/\.js$/, ".ts").replace(/\?raw$/, ""))),
  );
  return file === workersOnThePage.file
    ? targets.filter((target) => target !== workersOnThePage.target)
    : targets;
}

const sources = [...files("src"), ...files("workers")];

describe("architecture", () => {
  it("gives every file a layer", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.filter((file) => layerOf(file) === -1)).toEqual([]);
  });

  it("lets imports point downward only", () => {
    const upward = sources.flatMap((file) =>
      importsOf(file)
        .filter((target) => layerOf(target) === -1 || layerOf(target) > layerOf(file))
        .map((target) => `${file} → ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it("keeps worker code out of the page: nothing in src imports from workers", () => {
    expect(
      sources.filter((file) =>
        importsOf(file).some((target) => target.startsWith("workers/") && file.startsWith("src/")),
      ),
    ).toEqual([]);
  });

  it("has no cycle between files", () => {
    const graph = new Map(
      sources.map((file) => [file, importsOf(file).filter((target) => sources.includes(target))]),
    );
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): string[] => {
      if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(" → ")];
      if (done.has(file)) return [];
      const found = graph.get(file)!.flatMap((target) => visit(target, [...path, file]));
      done.add(file);
      return found;
    };
    expect(sources.flatMap((file) => visit(file, []))).toEqual([]);
  });

  it("has no module-level state, default export or leftover", () => {
    const rules: readonly (readonly [string, RegExp])[] = [
      ["module-level let or var", /^(export )?(let|var) /m],
      ["default export", /^export default /m],
      ["leftover", /\b(TODO|FIXME|XXX)\b/],
      ["module-level container", /^(export )?const \w+(: [^=]+)? = new (Map|Set|WeakMap|WeakSet)\(\);/m],
      ["module-level instance", /^(export )?const \w+(: [^=]+)? = new (?!Map|Set|RegExp|Text)\w+\(/m],
    ];
    const theOne = "src/pool/early-threads.ts: module-level instance";
    const broken = sources.flatMap((file) => {
      const source = readFileSync(join(root, file), "utf8");
      return rules.filter(([, pattern]) => pattern.test(source)).map(([rule]) => `${file}: ${rule}`);
    });
    expect(broken).toEqual([theOne]);
  });

  it("keeps the worker script short", () => {
    expect(
      readFileSync(join(root, "workers/chunk.worker.ts"), "utf8").split("\n").length,
    ).toBeLessThanOrEqual(20);
  });
});
