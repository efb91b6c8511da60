/** Which position comes when: plain-data descriptors, pure functions of (seed, epoch, position). */
import { sampleDraws, streams } from "../math/rng.js";
import { checkKeys, oneOf, wholeNumber } from "../options.js";

/** Every position once, in order. */
export interface SequentialSampler {
  readonly kind: "sequential";
}

/** Positions drawn with equal probability, with replacement. */
export interface UniformSampler {
  readonly kind: "uniform";
  /** Samples per epoch. Default: the dataset's length. */
  readonly samples?: number;
}

export type Sampler = SequentialSampler | UniformSampler;

export const samplers = {
  sequential: (): SequentialSampler => ({ kind: "sequential" }),
  uniform: (options: { readonly samples?: number } = {}): UniformSampler => ({ kind: "uniform", ...options }),
} as const;

/** @throws VoxelfeedError `invalid-option`, `unknown-option` */
export function checkSampler(sampler: Sampler): Sampler {
  checkKeys(sampler, ["kind", "samples"], "sampler");
  oneOf(sampler.kind, "sampler.kind", ["sequential", "uniform"], "uniform");
  if (sampler.kind === "uniform") wholeNumber(sampler.samples, "sampler.samples", 1, 1);
  else checkKeys(sampler, ["kind"], "sampler");
  return sampler;
}

/** Samples in one epoch of a dataset of `length` positions. */
export function epochLength(sampler: Sampler, length: number): number {
  return sampler.kind === "uniform" ? (sampler.samples ?? length) : length;
}

/** The dataset index of the epoch's sample number `position`. */
export function sampleIndex(
  sampler: Sampler,
  length: number,
  seed: number,
  epoch: number,
  position: number,
): number {
  if (sampler.kind === "sequential") return position;
  return Math.floor(sampleDraws(seed, epoch, position, streams.position)() * length);
}
