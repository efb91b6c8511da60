/** Target stages that compare labels with those nearby. Twin: `shaders/target-neighbours.wgsl`. */
import {
  type AffinitiesStage,
  cityBlock,
  type NeighbourStage,
  neighbourOffsets,
} from "../../augment/targets-stages.js";
import type { Vec3 } from "../../types.js";
import { channelSize, emptyVolume, forEachRow, shrunk, type TargetVolume } from "./volume.js";

/** Channel `c · offsets + o` is offset o of channel c. */
export function affinities(input: TargetVolume, { offsets }: AffinitiesStage, halo: Vec3): TargetVolume {
  const { channels, shape, values, mask } = input;
  const inner = shrunk(shape, halo);
  const output = emptyVolume(channels * offsets.length, inner, false);
  const [outerSize, innerSize] = [channelSize(shape), channelSize(inner)];
  for (let channel = 0; channel < channels; channel++) {
    for (const [k, offset] of offsets.entries()) {
      const first = (channel * offsets.length + k) * innerSize;
      const step = indexStep(offset, shape);
      forEachRow(shape, halo, (innerRow, outerRow) => {
        let to = first + innerRow;
        let at = channel * outerSize + outerRow;
        for (let x = 0; x < inner[2]; x++, to++, at++) {
          if (mask[at] === 0 || mask[at + step] === 0) continue;
          output.mask[to] = 1;
          output.values[to] = values[at] !== 0 && values[at] === values[at + step] ? 1 : 0;
        }
      });
    }
  }
  return output;
}

/** Boundary, erosion and dilation. */
export function neighbourhood(input: TargetVolume, stage: NeighbourStage, halo: Vec3): TargetVolume {
  const { channels, shape, values, mask } = input;
  const inner = shrunk(shape, halo);
  const output = emptyVolume(channels, inner, false);
  const offsets = neighbourOffsets(stage);
  const steps = Int32Array.from(offsets, (offset) => indexStep(offset, shape));
  const distances = Int32Array.from(offsets, cityBlock);
  const rule = stage.kind === "dilate" ? dilated : stage.kind === "erode" ? eroded : atBoundary;
  const [outerSize, innerSize] = [channelSize(shape), channelSize(inner)];
  for (let channel = 0; channel < channels; channel++) {
    forEachRow(shape, halo, (innerRow, outerRow) => {
      let to = channel * innerSize + innerRow;
      let at = channel * outerSize + outerRow;
      for (let x = 0; x < inner[2]; x++, to++, at++) {
        if (mask[at] === 0) continue;
        const value = rule(values, mask, at, steps, distances);
        if (value < 0) continue;
        output.mask[to] = 1;
        output.values[to] = value;
      }
    });
  }
  return output;
}

/** The value of a known voxel, or -1 where an unknown one could change it. */
type Rule = (
  values: TargetVolume["values"],
  mask: Uint8Array,
  at: number,
  steps: Int32Array,
  distances: Int32Array,
) => number;

const atBoundary: Rule = (values, mask, at, steps) => {
  const label = values[at]!;
  let open = false;
  for (let k = 0; k < steps.length; k++) {
    const near = at + steps[k]!;
    if (mask[near] === 0) open = true;
    else if (values[near] !== label) return 1;
  }
  return open ? -1 : 0;
};

const eroded: Rule = (values, mask, at, steps, distances) => {
  const label = values[at]!;
  if (label === 0) return 0;
  const boundary = atBoundary(values, mask, at, steps, distances);
  return boundary === 1 ? 0 : boundary === 0 ? label : -1;
};

const dilated: Rule = (values, mask, at, steps, distances) => {
  const label = values[at]!;
  if (label !== 0) return label;
  let nearest = 0;
  let distance = 0;
  let open = false;
  for (let k = 0; k < steps.length; k++) {
    if (nearest !== 0 && distances[k]! > distance) break;
    const near = at + steps[k]!;
    // An unknown voxel at least as near as the label found may hold another one.
    if (mask[near] === 0) open = true;
    else if (values[near] !== 0 && (nearest === 0 || values[near]! < nearest)) {
      nearest = values[near]!;
      distance = distances[k]!;
    }
  }
  return open ? -1 : nearest;
};

function indexStep([z, y, x]: Vec3, shape: Vec3): number {
  return (z * shape[1] + y) * shape[2] + x;
}
