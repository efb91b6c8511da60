import { expect, it } from "vitest";
import type { Sample } from "../../../src/dataset/get.js";
import type { DatasetArray } from "../../../src/dataset/sample.js";
import { checkSamples } from "../../../src/verify/samples.js";

const arrays = [
  { role: "input", spec: { name: "raw" }, channels: ["raw"] },
  { role: "target", spec: { name: "labels" }, channels: ["a", "b"] },
] as unknown as readonly DatasetArray[];

/** Two voxels; labels channel a, then channel b. */
function sample(raw: number[], labels: number[], mask: number[]): Sample {
  return {
    arrays: {
      raw: { data: Float32Array.from(raw), mask: null },
      labels: { data: Uint8Array.from(labels), mask: Uint8Array.from(mask) },
    },
  } as unknown as Sample;
}

function found(samples: readonly Sample[], classes = ["a", "b"]): string[] {
  return checkSamples(samples, arrays, classes, "crop").map(
    ({ severity, code, message }) => `${severity} ${code}: ${message}`,
  );
}

it("has nothing to say of sound samples, nor of none", () => {
  expect(found([sample([1, 2], [1, 0, 0, 1], [1, 1, 1, 1])])).toEqual([]);
  expect(found([])).toEqual([]);
});

it("tells a constant sample from constant raw", () => {
  const sound = sample([1, 2], [1, 0, 0, 1], [1, 1, 1, 1]);
  const flat = sample([3, 3], [1, 0, 0, 1], [1, 1, 1, 1]);
  expect(found([sound, flat])[0]).toMatch(/^warning constant-raw: "raw" .*\(3\) in 1 of 2/);
  expect(found([flat, flat])[0]).toMatch(/^error constant-raw/);
});

it("does not take unknown for absent, nor masked values for present", () => {
  expect(found([sample([1, 2], [1, 1, 1, 1], [0, 0, 0, 0])])).toEqual([
    "warning all-unknown: none of 1 samples has an annotated voxel",
  ]);
  expect(found([sample([1, 2], [1, 0, 1, 0], [1, 1, 0, 1])])).toEqual([
    'note absent-class: none of 1 samples has a voxel of "b"',
  ]);
  expect(found([sample([1, 2], [0, 0, 0, 0], [1, 1, 0, 0])], ["a"])).toEqual([
    "warning empty-labels: none of 1 samples has a voxel of any class (a)",
  ]);
});
