/**
 * Lists of value transforms: checked when given, drawn per sample into plain JSON, and turned into the work that renderers
 * do. Transforms are applied in the order of their list.
 */
import { VoxelfeedError } from "../errors.js";
import { sampleDraws, streams } from "../math/rng.js";
import { checkKeys, invalid, nearestName } from "../options.js";
import {
  maxNoiseSlots,
  type NoiseKey,
  type PointOp,
  type Stage,
  type ValueWork,
  valueWork,
} from "../plan/values.js";
import type { SourceDType } from "../types.js";
import { checkProbability } from "./range.js";
import type { ValueName, ValueTransform } from "./values.js";
import type { DrawnParameters, PatchGrid, ValueDefinition } from "./values-definition.js";
import * as filters from "./values-filters.js";
import * as intensity from "./values-intensity.js";
import * as noise from "./values-noise.js";
import * as regions from "./values-regions.js";
import * as sections from "./values-sections.js";

const definitions: Readonly<Record<ValueName, ValueDefinition<ValueTransform, DrawnParameters>>> = {
  normalize: intensity.normalize,
  contrast: intensity.contrast,
  brightness: intensity.brightness,
  gamma: intensity.gamma,
  invert: intensity.invert,
  clip: intensity.clip,
  nanToNum: intensity.nanToNum,
  quantize: intensity.quantize,
  binarize: intensity.binarize,
  gaussianNoise: noise.gaussianNoise,
  poissonNoise: noise.poissonNoise,
  speckle: noise.speckle,
  gaussianBlur: filters.gaussianBlur,
  sharpen: filters.sharpen,
  lowResolution: filters.lowResolution,
  missingSections: sections.missingSections,
  lowContrastSections: sections.lowContrastSections,
  artifactSections: sections.artifactSections,
  cutout: regions.cutout,
  biasField: regions.biasField,
};

const names = Object.keys(definitions) as ValueName[];

/** What was drawn for one transform of a sample. */
export interface DrawnValue {
  readonly op: ValueName;
  readonly parameters: DrawnParameters;
}

/** All that was drawn for one array of a sample, and whose noise it has; plain JSON that renders the same again. */
export interface DrawnValues {
  readonly noise: Omit<NoiseKey, "channel">;
  /** In order, without those that were not applied. */
  readonly transforms: readonly DrawnValue[];
}

/** What was drawn for a sample, by the name of its array. */
export type DrawnArrays = Readonly<Record<string, DrawnValues>>;

/** Which array of a dataset, and its voxels. */
export interface ValueArray extends PatchGrid {
  /** Number among the dataset's arrays. */
  readonly index: number;
}

/**
 * Checks one array's list of transforms.
 *
 * @param path of the list in the configuration
 * @throws VoxelfeedError `unknown-option` for a transform or key that is not known, naming the nearest; `invalid-option`
 */
export function checkValues(list: unknown, path: string, grid: PatchGrid): readonly ValueTransform[] {
  if (!Array.isArray(list)) throw invalid(path, "a list of value transforms", list);
  if (list.length > maxNoiseSlots) throw invalid(path, `at most ${maxNoiseSlots} transforms`, list.length);
  list.forEach((spec: unknown, i) => void checkTransform(spec, `${path}[${i}]`, grid));
  return list;
}

function checkTransform(spec: unknown, path: string, grid: PatchGrid): void {
  if (typeof spec !== "object" || spec === null)
    throw invalid(path, "a value transform, such as values.normalize()", spec);
  const { op, p } = spec as Partial<ValueTransform>;
  if (!names.includes(op!)) {
    const near = nearestName(String(op), names);
    const hint = near === undefined ? `Known: ${names.join(", ")}.` : `Did you mean "${near}"?`;
    throw new VoxelfeedError("unknown-option", `Unknown transform "${op}" at ${path}.op. ${hint}`, {
      path: `${path}.op`,
    });
  }
  const definition = definitions[op!];
  checkKeys(spec, ["op", "p", ...definition.keys], path);
  checkProbability(p, `${path}.p`);
  definition.check(spec as ValueTransform, path, grid);
}

/**
 * Draws one array's transforms for a sample. Each draws from counters of its own, whatever the others do.
 *
 * @param list of {@link checkValues}
 * @param sample seed, epoch and position in the epoch
 */
export function drawValues(
  list: readonly ValueTransform[],
  sample: Omit<NoiseKey, "array" | "channel">,
  array: ValueArray,
): DrawnValues {
  const { seed, epoch, sample: position } = sample;
  const transforms = list.flatMap((spec, i): DrawnValue[] => {
    const draw = sampleDraws(seed, epoch, position, streams.values, array.index * maxNoiseSlots + i);
    if (draw() >= (spec.p ?? 1)) return [];
    return [{ op: spec.op, parameters: definitions[spec.op].draw(spec, draw, array, i) }];
  });
  return { noise: { seed, epoch, sample: position, array: array.index }, transforms };
}

/**
 * The work that drawn transforms ask of a renderer.
 *
 * @param source stored dtype of the image
 * @param channel of the array; each has noise and statistics of its own
 */
export function valuesToWork(
  { noise, transforms }: DrawnValues,
  grid: PatchGrid,
  source: SourceDType,
  channel: number,
): ValueWork {
  const steps: (PointOp | Stage)[] = [];
  let statistics = 0;
  for (const { op, parameters } of transforms) {
    const own = definitions[op].steps(parameters, grid, source);
    for (const step of own) {
      const refers = !("kind" in step) && step.statistic !== undefined;
      steps.push(refers ? { ...step, statistic: step.statistic! + statistics } : step);
    }
    statistics += own.filter((step) => "kind" in step && step.kind === "statistics").length;
  }
  return valueWork(steps, { ...noise, channel });
}

/** Whether a list brings values to about [0, 1], where integers have nothing left to tell. */
export function normalizes(list: readonly ValueTransform[]): boolean {
  return list.some(({ op }) => op === "normalize");
}
