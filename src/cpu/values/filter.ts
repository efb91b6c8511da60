/** Separable filters over float32 stages. Twin: `shaders/filter.wgsl`; kernels: `src/plan/filters.ts`. */
import { map3 } from "../../math/vec.js";
import { filterWeights } from "../../plan/filters.js";
import type { FilterStage } from "../../plan/values.js";
import type { Vec3 } from "../../types.js";

/** Voxels of a patch and its halo, C order z, y, x. */
export interface CpuStage {
  readonly values: Float32Array;
  readonly shape: Vec3;
}

/**
 * Filters a stage; what the kernel does not reach on either side is cut off.
 *
 * @param halo of `stage` on either side of the patch, voxels
 * @returns new values
 */
export function filterStage({ axes, gain, keep }: FilterStage, stage: CpuStage, halo: Vec3): CpuStage {
  let filtered = stage;
  for (const { axis, kernel, radius } of axes) {
    const count = filtered.shape[axis] - 2 * radius;
    const length = stage.shape[axis] - 2 * halo[axis];
    filtered = filterAxis(
      filtered,
      axis,
      filterWeights(kernel, radius, radius - halo[axis], count, length),
      count,
    );
  }
  if (keep !== 0) addKept(filtered, stage, gain, keep);
  else if (gain !== 1) filtered.values.forEach((value, i, values) => void (values[i] = gain * value));
  return filtered;
}

function filterAxis(
  { values, shape }: CpuStage,
  axis: 0 | 1 | 2,
  weights: Float64Array,
  count: number,
): CpuStage {
  const taps = weights.length / count;
  const target = map3((a) => (a === axis ? count : shape[a]));
  const filtered = new Float32Array(target[0] * target[1] * target[2]);
  // Lines across the axis are added up whole, so that the inner loop runs along memory whatever the axis.
  const inner = axis === 2 ? 1 : axis === 1 ? shape[2] : shape[1] * shape[2];
  const outer = values.length / (shape[axis] * inner);
  const sums = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < count; k++) {
      const to = (o * count + k) * inner;
      const from = (o * shape[axis] + k) * inner;
      if (inner === 1) {
        let sum = 0;
        for (let t = 0; t < taps; t++) sum += weights[k * taps + t]! * values[from + t]!;
        filtered[to] = sum;
        continue;
      }
      sums.fill(0);
      for (let t = 0; t < taps; t++) {
        const weight = weights[k * taps + t]!;
        const line = from + t * inner;
        for (let i = 0; i < inner; i++) sums[i]! += weight * values[line + i]!;
      }
      filtered.set(sums, to);
    }
  }
  return { values: filtered, shape: target };
}

/** `gain · filtered + keep · original`, in place; the original is cut to the same voxels. */
function addKept({ values, shape }: CpuStage, original: CpuStage, gain: number, keep: number): void {
  const shift = map3((axis) => (original.shape[axis] - shape[axis]) / 2);
  let at = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const row = ((z + shift[0]) * original.shape[1] + y + shift[1]) * original.shape[2] + shift[2];
      for (let x = 0; x < shape[2]; x++, at++) {
        values[at] = gain * values[at]! + keep * original.values[row + x]!;
      }
    }
  }
}
