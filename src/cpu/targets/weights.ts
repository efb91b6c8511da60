/** Loss weights of labels; formula in `WeightsTarget`. Twin: `shaders/target-weights.wgsl`. */
import type { WeightsStage } from "../../augment/targets-stages.js";
import { channelSize, forEachRow, shrunk, type TargetVolume } from "./volume.js";

/** @returns weights of the patch, `[C, D, H, W]`, a new array */
export function lossWeights(
  { channels, shape, values, mask }: TargetVolume,
  { margin, weights, factors }: WeightsStage,
): Float32Array {
  const inner = shrunk(shape, margin);
  const [outerSize, innerSize] = [channelSize(shape), channelSize(inner)];
  const output = new Float32Array(channels * innerSize);
  for (let channel = 0; channel < channels; channel++) {
    const first = channel * outerSize;
    const eachVoxel = (visit: (to: number, at: number) => void) =>
      forEachRow(shape, margin, (innerRow, outerRow) => {
        for (let x = 0; x < inner[2]; x++) {
          const at = first + outerRow + x;
          if (mask[at] === 1) visit(channel * innerSize + innerRow + x, at);
        }
      });
    const [foreground, background] =
      "clip" in weights ? balanced(weights.clip) : [weights.foreground, weights.background];
    eachVoxel((to, at) => {
      output[to] = (values[at] === 0 ? background : foreground) * factors[channel]!;
    });

    function balanced([lo, hi]: readonly [number, number]): readonly [number, number] {
      let known = 0;
      let present = 0;
      eachVoxel((_, at) => {
        known++;
        if (values[at] !== 0) present++;
      });
      const share = Math.min(Math.max(known === 0 ? 0 : present / known, lo), hi);
      return [1 / (2 * share), 1 / (2 * (1 - share))];
    }
  }
  return output;
}
