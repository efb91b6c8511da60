/** The documents agree with the source. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { argumentNames } from "../../src/cellmap/arguments.js";
import * as api from "../../src/index.js";
import * as monitor from "../../src/monitor/index.js";
import { stages } from "../../src/timing/spans.js";

const root = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

it("docs/ERRORS.md has a row for every code, and for no other", () => {
  const [, union] = /export type ErrorCode =([^;]*);/.exec(read("src/errors.ts"))!;
  const codes = [...union!.matchAll(/"([a-z-]+)"/g)].map((match) => match[1]!);
  const rows = [...read("docs/ERRORS.md").matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]!);
  expect(rows).toEqual(codes);
});

it("docs/MONITOR.md has a row for every stage, kind of bottleneck and event, and for no other", () => {
  const rows = [...read("docs/MONITOR.md").matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell]) =>
    cell!.split(", ").map((name) => name.replaceAll("`", "")),
  );
  const ofSource = (file: string, type: RegExp) =>
    [...type.exec(read(file))![1]!.matchAll(/"([\w-]+)"|readonly (\w+):/g)].map(([, a, b]) => a ?? b);
  expect(rows).toEqual([
    ...stages,
    ...ofSource("src/monitor/advice.ts", /BottleneckKind =([^;]*);/),
    ...ofSource("src/monitor/monitor.ts", /interface MonitorEvents \{([^}]*)\}/),
  ]);
});

it("the README and the architecture name only functions that exist", () => {
  const functions = [...Object.keys(api), ...Object.keys(monitor)];
  for (const file of ["README.md", "docs/ARCHITECTURE.md", "docs/MONITOR.md"]) {
    const named = [...read(file).matchAll(/`(open[A-Z]\w*|create[A-Z]\w*|combine[A-Z]\w*)\(/g)].map(
      (match) => match[1]!,
    );
    const internal = ["createChunkApi", "createChunkReader", "createBrickDecoder", "createOutputBuffer"];
    for (const name of named.filter((each) => !internal.includes(each))) expect(functions).toContain(name);
  }
});

it("every file that docs/ARCHITECTURE.md names exists", () => {
  const text = read("docs/ARCHITECTURE.md");
  const paths = [
    ...text.matchAll(/`((?:src|workers|shaders|scripts|demo|test)\/[\w./-]+\.(?:ts|wgsl|mjs))`/g),
  ];
  expect(paths.length).toBeGreaterThan(20);
  for (const [, path] of paths) expect(() => read(path!)).not.toThrow();
});

it("docs/AUGMENTATIONS.md has a row for every transform and preset, and for no other", () => {
  const rows = [...read("docs/AUGMENTATIONS.md").matchAll(/^\| `(\w+)\(/gm)].map((match) => match[1]!);
  const names = [api.spatial, api.values, api.targets, api.presets].flatMap((group) => Object.keys(group));
  expect([...new Set(rows)].sort()).toEqual([...new Set(names)].sort());
});

it("docs/MIGRATING.md has every argument of cellmap-data that a configuration may hold", () => {
  const text = read("docs/MIGRATING.md");
  expect(argumentNames.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
