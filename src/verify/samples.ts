/** What some samples of a crop look like: constant raw, labels that are nowhere. */

import type { Sample, SampleArray } from "../dataset/get.js";
import type { DatasetArray } from "../dataset/sample.js";
import type { VerifyProblem } from "./report.js";

/** Judges the samples that were read of one crop; none: nothing to say. */
export function checkSamples(
  samples: readonly Sample[],
  arrays: readonly DatasetArray[],
  annotatedClasses: readonly string[],
  where: string,
): VerifyProblem[] {
  if (samples.length === 0) return [];
  return [
    ...arrays
      .filter(({ role }) => role === "input")
      .flatMap(({ spec }) =>
        constantRaw(
          samples.map((sample) => sample.arrays[spec.name]!),
          spec.name,
          where,
        ),
      ),
    ...labelProblems(samples, arrays, annotatedClasses, where),
  ];
}

function constantRaw(patches: readonly SampleArray[], name: string, where: string): VerifyProblem[] {
  const constant = patches.filter(({ data }) => data.every((value) => value === data[0]));
  if (constant.length === 0) return [];
  const all = constant.length === patches.length;
  const message =
    `"${name}" has one value everywhere (${constant[0]!.data[0]}) in ${constant.length} of ${patches.length} samples` +
    "; is the image there, and in this place?";
  return [{ severity: all ? "error" : "warning", code: "constant-raw", where, message }];
}

function labelProblems(
  samples: readonly Sample[],
  arrays: readonly DatasetArray[],
  annotatedClasses: readonly string[],
  where: string,
): VerifyProblem[] {
  const targets = arrays.filter(({ role }) => role === "target");
  if (targets.length === 0 || annotatedClasses.length === 0) return [];
  const present = new Set<string>();
  let known = false;
  for (const sample of samples) {
    for (const { spec, channels } of targets) {
      const { data, mask } = sample.arrays[spec.name]!;
      const voxels = data.length / channels.length;
      for (let i = 0; i < data.length; i++) {
        if (mask !== null && mask[i] === 0) continue;
        known = true;
        if (data[i] !== 0) present.add(channels[Math.floor(i / voxels)]!);
      }
    }
  }
  const n = samples.length;
  if (!known) {
    const message = `none of ${n} samples has an annotated voxel`;
    return [{ severity: "warning", code: "all-unknown", where, message }];
  }
  const absent = annotatedClasses.filter((name) => !present.has(name));
  if (absent.length === annotatedClasses.length) {
    const message = `none of ${n} samples has a voxel of any class (${absent.join(", ")})`;
    return [{ severity: "warning", code: "empty-labels", where, message }];
  }
  return absent.map((name) => ({
    severity: "note" as const,
    code: "absent-class" as const,
    where,
    message: `none of ${n} samples has a voxel of "${name}"`,
  }));
}
