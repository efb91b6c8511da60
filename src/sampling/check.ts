/** Checks of samplers, when they are given: against their own rules and against the dataset. */
import type { Dataset } from "../dataset/dataset.js";
import { VoxelfeedError } from "../errors.js";
import { checkKeys, flag, invalid, nearestName, oneOf, positiveVec3, wholeNumber } from "../options.js";
import { members } from "./members.js";
import type { Sampler } from "./samplers.js";

const optionNames: { readonly [K in Sampler["kind"]]: readonly string[] } = {
  sequential: [],
  uniform: ["samples", "replacement"],
  blockShuffle: ["samples", "blockNm", "samplesPerBlock"],
  weighted: ["datasets", "samples"],
  mixture: ["samples", "proportions"],
  classBalanced: ["samples", "classes"],
  foreground: ["samples", "classes", "minFraction", "array"],
  grid: ["overlap"],
  subsetRandom: ["samples"],
};

const kinds = Object.keys(optionNames) as Sampler["kind"][];

/** @throws VoxelfeedError `invalid-option`, `unknown-option`, with the path into the sampler */
export function checkSampler(sampler: Sampler, dataset: Dataset): Sampler {
  if (typeof sampler !== "object" || sampler === null) {
    throw invalid("sampler", "a sampler such as samplers.uniform()", sampler);
  }
  const { kind }: { readonly kind: unknown } = sampler;
  if (kind === undefined) throw invalid("sampler.kind", `one of ${kinds.join(", ")}`, kind);
  oneOf(kind, "sampler.kind", kinds, "uniform");
  checkKeys(sampler, ["kind", ...optionNames[sampler.kind]], "sampler");
  const atLeast = sampler.kind === "subsetRandom" ? 0 : 1;
  if ("samples" in sampler && sampler.kind !== "weighted") {
    wholeNumber(sampler.samples, "sampler.samples", atLeast, 1);
  }
  switch (sampler.kind) {
    case "uniform":
      flag(sampler.replacement, "sampler.replacement", true);
      break;
    case "blockShuffle":
      needGrids(dataset, sampler.kind);
      if (sampler.blockNm !== undefined) positiveVec3(sampler.blockNm, "sampler.blockNm", "nanometres");
      wholeNumber(sampler.samplesPerBlock, "sampler.samplesPerBlock", 1, 1);
      break;
    case "weighted":
      if ("datasets" in sampler === "samples" in sampler) {
        throw invalid("sampler", "weights for either datasets or samples", sampler);
      }
      if ("datasets" in sampler)
        checkShares(sampler.datasets, "sampler.datasets", memberCount(dataset), "dataset");
      else checkShares(sampler.samples, "sampler.samples", dataset.length, "index");
      break;
    case "mixture":
      checkShares(sampler.proportions, "sampler.proportions", memberCount(dataset), "dataset");
      break;
    case "classBalanced":
      needClasses(dataset, sampler.kind);
      if (sampler.classes !== undefined) checkClasses(sampler.classes, dataset);
      break;
    case "foreground":
      needGrids(dataset, sampler.kind);
      needClasses(dataset, sampler.kind);
      checkClasses(sampler.classes, dataset);
      checkForeground(sampler, dataset);
      break;
    case "grid":
      needGrids(dataset, sampler.kind);
      checkOverlap(sampler.overlap);
      break;
    case "subsetRandom":
      if (sampler.samples === undefined)
        throw invalid("sampler.samples", "a whole number ≥ 0", sampler.samples);
      break;
  }
  return sampler;
}

function memberCount(dataset: Dataset): number {
  return members(dataset).length;
}

/** Weights: as many as there are things to weigh, none below 0, one above; what is empty cannot be drawn. */
function checkShares(shares: unknown, path: string, count: number, of: string): void {
  const list = Array.isArray(shares) ? (shares as unknown[]) : [];
  const wrong = list.findIndex((share) => typeof share !== "number" || !(share >= 0 && share < Infinity));
  if (wrong !== -1) throw invalid(`${path}[${wrong}]`, "a number ≥ 0", list[wrong]);
  if (!Array.isArray(shares) || list.length !== count) {
    throw invalid(
      path,
      `one number per ${of}, ${count} in all`,
      Array.isArray(shares) ? list.length : shares,
    );
  }
  if (!list.some((share) => (share as number) > 0))
    throw invalid(path, "at least one number above 0", shares);
}

function checkClasses(classes: unknown, dataset: Dataset): void {
  const path = "sampler.classes";
  if (!Array.isArray(classes) || classes.length === 0 || new Set(classes).size !== classes.length) {
    throw invalid(path, "a list of different classes", classes);
  }
  const unknown = classes.findIndex((name) => !dataset.classes.includes(name));
  if (unknown === -1) return;
  const near = nearestName(String(classes[unknown]), dataset.classes);
  throw invalid(
    `${path}[${unknown}]`,
    `a class of the dataset (${dataset.classes.join(", ")})`,
    classes[unknown],
    near === undefined ? "" : `Did you mean "${near}"?`,
  );
}

function checkForeground(
  { minFraction, array }: { readonly minFraction: unknown; readonly array?: unknown },
  dataset: Dataset,
): void {
  if (typeof minFraction !== "number" || !(minFraction > 0 && minFraction <= 1)) {
    throw invalid("sampler.minFraction", "a part above 0 and at most 1", minFraction);
  }
  const targets = dataset.arrays.filter(({ role }) => role === "target").map(({ spec }) => spec.name);
  if (targets.length === 0)
    throw invalid("sampler", "used with a dataset that has target arrays", "foreground");
  if (array !== undefined) oneOf(array, "sampler.array", targets, targets[0]!);
}

function checkOverlap(overlap: unknown): void {
  const list = Array.isArray(overlap) ? overlap : [overlap ?? 0];
  const whole = list.every((voxels) => Number.isSafeInteger(voxels) && voxels >= 0);
  if (!whole || (Array.isArray(overlap) && list.length !== 3)) {
    throw invalid("sampler.overlap", "a whole number of voxels ≥ 0, or three of them [z, y, x]", overlap);
  }
}

function needGrids(dataset: Dataset, kind: string): void {
  if (dataset.grids !== undefined) return;
  throw new VoxelfeedError(
    "invalid-option",
    `samplers.${kind} needs whole crops, but this dataset is a subset of positions. Use uniform, subsetRandom or ` +
      "weighted here, or take the subset of datasets instead.",
    { path: "sampler.kind" },
  );
}

function needClasses(dataset: Dataset, kind: string): void {
  if (dataset.classes.length > 0) return;
  throw new VoxelfeedError(
    "invalid-option",
    `samplers.${kind} needs classes, but this dataset has none. Name a target with classes in openDataset.`,
    { path: "sampler.kind" },
  );
}
