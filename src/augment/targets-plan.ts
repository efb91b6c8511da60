/** From the target transforms of an array to the stages that render them. Pure. */

import { map3 } from "../math/vec.js";
import { invalid, nearestName } from "../options.js";
import type { ResolvedArraySpec, Vec3 } from "../types.js";
import type { TargetTransform, WeightsTarget } from "./targets.js";
import type { DistanceStage, StageWork, TargetChain, TargetStage } from "./targets-stages.js";
import { lsdRadius } from "./targets-stages.js";

/** What of a target array its transforms depend on. */
export interface TargetArray {
  readonly spec: Pick<ResolvedArraySpec, "name" | "shape" | "scale" | "dtype" | "interpolation" | "unknown">;
  readonly channels: readonly string[];
  /** Classes read only to infer where others are absent; they follow the channels. */
  readonly hidden: readonly string[];
  /** Per channel, indices into channels and hidden classes. */
  readonly exclusive: readonly (readonly number[])[];
}

/** What goes from one stage to the next. */
interface Form {
  readonly channels: readonly string[];
  readonly floats: boolean;
}

const lsdNames = [
  "offset_z",
  "offset_y",
  "offset_x",
  "variance_z",
  "variance_y",
  "variance_x",
  "correlation_zy",
  "correlation_zx",
  "correlation_yx",
  "size",
] as const;

/**
 * Plans an array's transforms; null where there is nothing to do but the gather itself.
 *
 * @param transforms - of `checkTargetList`
 * @param path - where they stand in the configuration
 * @throws VoxelfeedError `invalid-option` where a transform does not fit what it is given
 */
export function planTargets(
  array: TargetArray,
  transforms: readonly TargetTransform[],
  path: string,
): TargetChain | null {
  const { spec, channels, hidden, exclusive } = array;
  const infers = exclusive.some((list) => list.length > 0);
  if (transforms.length === 0 && !infers && spec.unknown === "mask") return null;

  // Only a threshold reads numbers; everything else compares labels, which are exact as integers only.
  const asFloats =
    spec.interpolation === "linear" ||
    transforms[0]?.kind === "binarize" ||
    (transforms.length === 0 && spec.dtype.startsWith("float"));
  let form: Form = { channels, floats: asFloats };
  const works: { readonly work: StageWork; readonly halo: Vec3; readonly form: Form }[] = [
    { work: { kind: "infer", exclusive }, halo: [0, 0, 0], form },
  ];
  const weights: { readonly transform: WeightsTarget; readonly channels: readonly string[] }[] = [];
  for (const [i, transform] of transforms.entries()) {
    const at = `${path}[${i}]`;
    if (transform.kind !== "binarize" && form.floats) {
      throw invalid(
        at,
        "given labels",
        transform.kind,
        i === 0
          ? 'This array is interpolated linearly: binarize it first, or use interpolation "nearest" or "linear-argmax".'
          : "Put it before the transform that gives floats, or binarize in between.",
      );
    }
    const stage = stageOf(transform, form, spec, at);
    if (transform.kind === "weights") weights.push({ transform, channels: form.channels });
    form = stage.form;
    works.push(stage);
  }

  const stages = works.map(({ work, halo, form: output }, i): TargetStage => {
    const margin = sum(works.slice(i + 1).map((later) => later.halo));
    return {
      work: work.kind === "weights" ? { ...work, margin } : work,
      halo,
      channels: output.channels.length,
      floats: output.floats,
    };
  });
  return {
    halo: sum(works.map(({ halo }) => halo)),
    shape: spec.shape,
    gathered: asFloats ? "float32" : "uint32",
    gatheredChannels: channels.length + hidden.length,
    stages,
    channels: form.channels,
    dtype: form.floats && !spec.dtype.startsWith("float") ? "float32" : spec.dtype,
    nan: spec.unknown === "nan",
    keepsIds:
      !asFloats &&
      transforms.every(({ kind }) => kind === "erode" || kind === "dilate" || kind === "weights"),
    namesIds: transforms.some(({ kind }) => kind === "remap" || kind === "oneHot"),
    extras: weights.map(({ transform, channels: names }) => ({
      name: transform.name ?? `${spec.name}_weights`,
      channels: names,
    })),
  };
}

function stageOf(
  transform: TargetTransform,
  form: Form,
  { scale, name }: TargetArray["spec"],
  path: string,
): { readonly work: StageWork; readonly halo: Vec3; readonly form: Form } {
  const { channels } = form;
  const none: Vec3 = [0, 0, 0];
  const labels = (names: readonly string[]): Form => ({ channels: names, floats: false });
  switch (transform.kind) {
    case "binarize":
      return {
        work: { kind: "binarize", threshold: transform.threshold ?? 0 },
        halo: none,
        form: labels(channels),
      };
    case "remap": {
      const sorted = [...transform.entries].sort((a, b) => a[0] - b[0]);
      const work = {
        kind: "remap",
        from: sorted.map(([from]) => from),
        to: sorted.map(([, to]) => to),
        other: transform.other === undefined ? "keep" : transform.other,
      } as const;
      return { work, halo: none, form };
    }
    case "oneHot": {
      const names = channels.flatMap((channel) => transform.ids.map((id) => `${channel}=${id}`));
      return { work: { kind: "oneHot", ids: transform.ids }, halo: none, form: labels(names) };
    }
    case "union": {
      const members = Object.entries(transform.classes).map(([union, list]) =>
        list.map((member, i) => channelIndex(member, channels, `${path}.classes.${union}[${i}]`)),
      );
      return { work: { kind: "union", members }, halo: none, form: labels(Object.keys(transform.classes)) };
    }
    case "boundary":
    case "erode":
    case "dilate": {
      const { kind, steps = 1, inPlane = false } = transform;
      return { work: { kind, steps, inPlane }, halo: [inPlane ? 0 : steps, steps, steps], form };
    }
    case "affinities": {
      const { offsets } = transform;
      const halo = map3((axis) => Math.max(...offsets.map((offset) => Math.abs(offset[axis]))));
      const names = channels.flatMap((channel) => offsets.map((offset) => `${channel}[${offset.join()}]`));
      return { work: { kind: "affinities", offsets }, halo, form: labels(names) };
    }
    case "signedDistance": {
      const { clipNm = null, haloNm = 0, tanhNm = null, inPlane = false } = transform;
      const work: DistanceStage = {
        kind: "signedDistance",
        voxelSizeNm: scale,
        inPlane,
        clipNm,
        tanhNm,
      };
      // A millionth less, so that a clip of three voxels is three of them whatever the rounding.
      const reach = (axis: 0 | 1 | 2) => Math.max(Math.ceil((clipNm ?? haloNm) / scale[axis] - 1e-6), 0);
      return {
        work,
        halo: map3((axis) => (axis === 0 && inPlane ? 0 : reach(axis))),
        form: { channels, floats: true },
      };
    }
    case "lsd": {
      const { sigmaNm } = transform;
      const sigma: Vec3 = typeof sigmaNm === "number" ? [sigmaNm, sigmaNm, sigmaNm] : sigmaNm;
      const names = channels.flatMap((channel) => lsdNames.map((suffix) => `${channel}_${suffix}`));
      return {
        work: { kind: "lsd", voxelSizeNm: scale, sigmaNm: sigma },
        halo: map3((axis) => lsdRadius(sigma[axis] / scale[axis])),
        form: { channels: names, floats: true },
      };
    }
    case "weights": {
      const { foreground, background, clip = [0.05, 0.95], channels: factors = {} } = transform;
      for (const channel of Object.keys(factors)) {
        channelIndex(channel, channels, `${path}.channels.${channel}`);
      }
      const weights =
        foreground === undefined || background === undefined ? { clip } : { foreground, background };
      const work = {
        kind: "weights",
        name: transform.name ?? `${name}_weights`,
        margin: none,
        weights,
        factors: channels.map((channel) => factors[channel] ?? 1),
      } as const;
      return { work, halo: none, form };
    }
  }
}

function channelIndex(channel: string, channels: readonly string[], path: string): number {
  const index = channels.indexOf(channel);
  if (index !== -1) return index;
  const near = nearestName(channel, channels);
  const hint = near === undefined ? "" : `Did you mean "${near}"?`;
  throw invalid(path, `one of the channels ${channels.join(", ")}`, channel, hint);
}

function sum(vectors: readonly Vec3[]): Vec3 {
  return map3((axis) => vectors.reduce((total, vector) => total + vector[axis], 0));
}
