/** Target stages that look at one voxel at a time. Twin: `shaders/target-points.wgsl`. */
import type {
  BinarizeStage,
  InferStage,
  OneHotStage,
  RemapStage,
  UnionStage,
} from "../../augment/targets-stages.js";
import { channelSize, emptyVolume, type TargetVolume } from "./volume.js";

/** Unknown channels that an exclusive class is present in place of become known to be absent; hidden ones go. */
export function infer({ shape, values, mask }: TargetVolume, { exclusive }: InferStage): TargetVolume {
  const size = channelSize(shape);
  const output = emptyVolume(exclusive.length, shape, values instanceof Float32Array);
  for (const [channel, others] of exclusive.entries()) {
    for (let i = 0, at = channel * size; i < size; i++, at++) {
      if (mask[at] === 1) {
        output.values[at] = values[at]!;
        output.mask[at] = 1;
        continue;
      }
      for (let k = 0; k < others.length; k++) {
        const other = others[k]! * size + i;
        if (mask[other] === 1 && values[other] !== 0) output.mask[at] = 1;
      }
    }
  }
  return output;
}

export function binarize(
  { channels, shape, values, mask }: TargetVolume,
  { threshold }: BinarizeStage,
): TargetVolume {
  const output = emptyVolume(channels, shape, false);
  // In float32, which is what both backends compare in.
  const limit = Math.fround(threshold);
  for (let i = 0; i < values.length; i++) {
    if (mask[i] === 0) continue;
    output.mask[i] = 1;
    output.values[i] = Math.fround(values[i]!) > limit ? 1 : 0;
  }
  return output;
}

export function remap({ channels, shape, values, mask }: TargetVolume, stage: RemapStage): TargetVolume {
  const output = emptyVolume(channels, shape, false);
  const to = new Map(stage.from.map((from, i) => [from, stage.to[i]!]));
  for (let i = 0; i < values.length; i++) {
    if (mask[i] === 0) continue;
    const label = values[i]!;
    const listed = to.get(label);
    const mapped = listed !== undefined ? listed : stage.other === "keep" ? label : stage.other;
    if (mapped === null) continue;
    output.mask[i] = 1;
    output.values[i] = mapped;
  }
  return output;
}

export function oneHot({ channels, shape, values, mask }: TargetVolume, { ids }: OneHotStage): TargetVolume {
  const size = channelSize(shape);
  const output = emptyVolume(channels * ids.length, shape, false);
  for (let channel = 0; channel < channels; channel++) {
    for (const [k, id] of ids.entries()) {
      const from = channel * size;
      const to = (channel * ids.length + k) * size;
      for (let i = 0; i < size; i++) {
        output.mask[to + i] = mask[from + i]!;
        output.values[to + i] = mask[from + i] === 1 && values[from + i] === id ? 1 : 0;
      }
    }
  }
  return output;
}

export function union({ shape, values, mask }: TargetVolume, { members }: UnionStage): TargetVolume {
  const size = channelSize(shape);
  const output = emptyVolume(members.length, shape, false);
  for (const [channel, list] of members.entries()) {
    for (let i = 0, at = channel * size; i < size; i++, at++) {
      let present = 0;
      let known = 1;
      for (let k = 0; k < list.length; k++) {
        const member = list[k]! * size + i;
        if (mask[member] === 0) known = 0;
        else if (values[member] !== 0) present = 1;
      }
      output.values[at] = present;
      output.mask[at] = present | known;
    }
  }
  return output;
}
