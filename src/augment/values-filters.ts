/** Value transforms that look at a voxel's neighbours; the patch is read larger by what they reach. */
import { type FilterKernel, kernelRadius } from "../plan/filters.js";
import type { AxisFilter, FilterStage } from "../plan/values.js";
import type { AxisName } from "../types.js";
import { checkRange, drawRange, type ParameterRange } from "./range.js";
import {
  axesOf,
  checkAxes,
  type PatchGrid,
  type ValueBase,
  type ValueDefinition,
} from "./values-definition.js";

/**
 * Blurs by a Gaussian of the same world width at every voxel size, truncated at 4 σ; the volume's faces reflect.
 *
 * Source: `scipy.ndimage.gaussian_filter(mode="reflect", truncate=4)` with σ = sigmaNm / voxel size per axis.
 */
export interface GaussianBlurSpec extends ValueBase {
  readonly op: "gaussianBlur";
  /** σ, nanometres, ≥ 0. */
  readonly sigmaNm: ParameterRange;
  /** Axes to blur along. Default: all. */
  readonly axes?: readonly AxisName[];
}

type DrawnBlur = { readonly sigmaNm: number; readonly axes: readonly (0 | 1 | 2)[] };

export const gaussianBlur: ValueDefinition<GaussianBlurSpec, DrawnBlur> = {
  keys: ["sigmaNm", "axes"],
  check({ sigmaNm, axes }, path) {
    checkRange(sigmaNm, `${path}.sigmaNm`, { min: 0, unit: "nm" });
    checkAxes(axes, `${path}.axes`);
  },
  draw: ({ sigmaNm, axes }, draw) => ({ sigmaNm: drawRange(sigmaNm, draw), axes: axesOf(axes) }),
  steps: (drawn, grid) => filterSteps(gaussianAxes(drawn, grid), 1, 0),
};

/** Unsharp masking: `v + amount · (v - blurred v)`, blurred as by {@link GaussianBlurSpec}. */
export interface SharpenSpec extends ValueBase {
  readonly op: "sharpen";
  /** ≥ 0. */
  readonly amount: ParameterRange;
  /** σ of the blur, nanometres, > 0. */
  readonly sigmaNm: ParameterRange;
  /** Axes to blur along. Default: all. */
  readonly axes?: readonly AxisName[];
}

type DrawnSharpen = DrawnBlur & { readonly amount: number };

export const sharpen: ValueDefinition<SharpenSpec, DrawnSharpen> = {
  keys: ["amount", "sigmaNm", "axes"],
  check({ amount, sigmaNm, axes }, path) {
    checkRange(amount, `${path}.amount`, { min: 0 });
    checkRange(sigmaNm, `${path}.sigmaNm`, { above: 0, unit: "nm" });
    checkAxes(axes, `${path}.axes`);
  },
  draw: ({ amount, sigmaNm, axes }, draw) => ({
    amount: drawRange(amount, draw),
    sigmaNm: drawRange(sigmaNm, draw),
    axes: axesOf(axes),
  }),
  steps: (drawn, grid) => filterSteps(gaussianAxes(drawn, grid), -drawn.amount, 1 + drawn.amount),
};

/**
 * What an acquisition with larger voxels would show: averages over boxes of `voxelSizeNm`, one of them centred on the patch,
 * then linear interpolation between the boxes. Axes whose voxels are as large already stay as they are.
 */
export interface LowResolutionSpec extends ValueBase {
  readonly op: "lowResolution";
  /** Edge of the boxes, nanometres, > 0. */
  readonly voxelSizeNm: ParameterRange;
  /** Axes to coarsen. Default: all. */
  readonly axes?: readonly AxisName[];
}

type DrawnLowResolution = { readonly voxelSizeNm: number; readonly axes: readonly (0 | 1 | 2)[] };

export const lowResolution: ValueDefinition<LowResolutionSpec, DrawnLowResolution> = {
  keys: ["voxelSizeNm", "axes"],
  check({ voxelSizeNm, axes }, path) {
    checkRange(voxelSizeNm, `${path}.voxelSizeNm`, { above: 0, unit: "nm" });
    checkAxes(axes, `${path}.axes`);
  },
  draw: ({ voxelSizeNm, axes }, draw) => ({ voxelSizeNm: drawRange(voxelSizeNm, draw), axes: axesOf(axes) }),
  steps({ voxelSizeNm, axes }, { scale }) {
    const coarser = axes.filter((axis) => voxelSizeNm > scale[axis]);
    const filters = coarser.map((axis) => {
      return axisFilter(axis, { kind: "lowResolution", factor: voxelSizeNm / scale[axis] });
    });
    return filterSteps(filters, 1, 0);
  },
};

function gaussianAxes({ sigmaNm, axes }: DrawnBlur, { scale }: PatchGrid): AxisFilter[] {
  const filters = axes.map((axis) => axisFilter(axis, { kind: "gaussian", sigma: sigmaNm / scale[axis] }));
  return filters.filter(({ radius }) => radius > 0);
}

function axisFilter(axis: 0 | 1 | 2, kernel: FilterKernel): AxisFilter {
  return { axis, kernel, radius: kernelRadius(kernel) };
}

/** No step when no axis is filtered: `gain + keep` is 1. */
function filterSteps(axes: readonly AxisFilter[], gain: number, keep: number): readonly FilterStage[] {
  return axes.length === 0 ? [] : [{ kind: "filter", axes, gain, keep }];
}
