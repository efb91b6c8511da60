/** Runs the target transforms of one array of one sample. Twin: `src/gpu/target-steps.ts`. */
import type { StageWork, TargetChain, TargetStage } from "../../augment/targets-stages.js";
import { floatToHalf } from "../../math/half.js";
import { outputArray } from "../../plan/output.js";
import type { OutputDType, TypedArray } from "../../types.js";
import { allSteps } from "../steps.js";
import { signedDistance } from "./distance.js";
import { lsd } from "./lsd.js";
import { affinities, neighbourhood } from "./neighbours.js";
import { binarize, infer, oneHot, remap, union } from "./points.js";
import type { TargetVolume } from "./volume.js";
import { lossWeights } from "./weights.js";

/** One sample of a target array, `[C, D, H, W]`; new arrays, owned by the caller. */
export interface TransformedTarget {
  /** Of the chain's dtype, float16 as bits. */
  readonly data: TypedArray;
  readonly mask: Uint8Array;
  /** Those of the chain's `extras`, in order. */
  readonly extras: readonly Float32Array[];
}

/** @param input - channels and hidden classes, gathered with the chain's halo */
export function transformTarget(input: TargetVolume, chain: TargetChain): TransformedTarget {
  return allSteps(transformTargetInSteps(input, chain));
}

/** {@link transformTarget} that can be paused after each stage. */
export function* transformTargetInSteps(
  input: TargetVolume,
  chain: TargetChain,
): Generator<void, TransformedTarget> {
  const extras: Float32Array[] = [];
  let volume = input;
  for (const { work, halo } of chain.stages) {
    if (work.kind === "weights") extras.push(lossWeights(volume, work));
    else volume = transformed(volume, work, halo);
    yield;
  }
  return { data: encoded(volume, chain.dtype, chain.nan), mask: volume.mask, extras };
}

function transformed(
  input: TargetVolume,
  work: Exclude<StageWork, { readonly kind: "weights" }>,
  halo: TargetStage["halo"],
): TargetVolume {
  switch (work.kind) {
    case "infer":
      return infer(input, work);
    case "binarize":
      return binarize(input, work);
    case "remap":
      return remap(input, work);
    case "oneHot":
      return oneHot(input, work);
    case "union":
      return union(input, work);
    case "affinities":
      return affinities(input, work, halo);
    case "boundary":
    case "erode":
    case "dilate":
      return neighbourhood(input, work, halo);
    case "signedDistance":
      return signedDistance(input, work, halo);
    case "lsd":
      return lsd(input, work, halo);
  }
}

/** Values in the output's dtype: integers saturate, floats round to nearest even, unknown ones are 0 or NaN. */
function encoded({ values, mask }: TargetVolume, dtype: OutputDType, nan: boolean): TypedArray {
  const data = outputArray(dtype, values.length);
  const most = dtype === "uint8" ? 255 : dtype === "int32" ? 0x7fffffff : Number.POSITIVE_INFINITY;
  const unknown = !nan ? 0 : dtype === "float16" ? 0x7e00 : Number.NaN;
  for (let i = 0; i < values.length; i++) {
    if (mask[i] === 0) data[i] = unknown;
    else if (dtype === "float16") data[i] = floatToHalf(values[i]!);
    else if (dtype === "float32") data[i] = values[i]!;
    else data[i] = Math.min(Math.max(Math.floor(values[i]! + 0.5), 0), most);
  }
  return data;
}
