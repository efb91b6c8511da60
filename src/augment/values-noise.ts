/** Value transforms with noise of each voxel's own; its numbers are drawn where the voxel is computed. */
import { invalid } from "../options.js";
import { checkRange, drawRange, type ParameterRange } from "./range.js";
import type { ValueBase, ValueDefinition } from "./values-definition.js";

/** Adds white noise: `v + mean + σ · normal`. */
export interface GaussianNoiseSpec extends ValueBase {
  readonly op: "gaussianNoise";
  /** σ, ≥ 0. */
  readonly sigma: ParameterRange;
  /** Default 0. */
  readonly mean?: number;
}

type DrawnGaussianNoise = { readonly sigma: number; readonly mean: number; readonly slot: number };

export const gaussianNoise: ValueDefinition<GaussianNoiseSpec, DrawnGaussianNoise> = {
  keys: ["sigma", "mean"],
  check({ sigma, mean }, path) {
    checkRange(sigma, `${path}.sigma`, { min: 0 });
    if (mean !== undefined && !Number.isFinite(mean)) throw invalid(`${path}.mean`, "a finite number", mean);
  },
  draw: ({ sigma, mean = 0 }, draw, _grid, slot) => ({ sigma: drawRange(sigma, draw), mean, slot }),
  steps: ({ sigma, mean, slot }) => [{ name: "noise", p: [mean, sigma, slot] }],
};

/** Counting noise: `Poisson(photons · max(0, v)) / photons`. */
export interface PoissonNoiseSpec extends ValueBase {
  readonly op: "poissonNoise";
  /** Expected counts at value 1, > 0; fewer is noisier. */
  readonly photons: ParameterRange;
}

type DrawnPoissonNoise = { readonly photons: number; readonly slot: number };

export const poissonNoise: ValueDefinition<PoissonNoiseSpec, DrawnPoissonNoise> = {
  keys: ["photons"],
  check: ({ photons }, path) => void checkRange(photons, `${path}.photons`, { above: 0 }),
  draw: ({ photons }, draw, _grid, slot) => ({ photons: drawRange(photons, draw), slot }),
  steps: ({ photons, slot }) => [{ name: "poisson", p: [photons, slot] }],
};

/** Multiplicative noise: `v · (1 + σ · normal)`. */
export interface SpeckleSpec extends ValueBase {
  readonly op: "speckle";
  /** σ, ≥ 0. */
  readonly sigma: ParameterRange;
}

type DrawnSpeckle = { readonly sigma: number; readonly slot: number };

export const speckle: ValueDefinition<SpeckleSpec, DrawnSpeckle> = {
  keys: ["sigma"],
  check: ({ sigma }, path) => void checkRange(sigma, `${path}.sigma`, { min: 0 }),
  draw: ({ sigma }, draw, _grid, slot) => ({ sigma: drawRange(sigma, draw), slot }),
  steps: ({ sigma, slot }) => [{ name: "speckle", p: [sigma, slot] }],
};
