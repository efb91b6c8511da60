/** Parses OME-NGFF 0.4 and 0.5 multiscale metadata: axes by name, units, transforms. Pure. */
import { VoxelfeedError } from "../errors.js";
import { isObject, type JsonObject } from "./json.js";
import type { AxisInfo } from "./metadata.js";
import { withPlace } from "./place.js";
import { nanometresPer } from "./units.js";

/** One pyramid level as the multiscale metadata names it; arrays are per source axis, lengths in nanometres. */
export interface MultiscaleDataset {
  readonly path: string;
  readonly scale: readonly number[];
  readonly translation: readonly number[];
}

export interface Multiscale {
  readonly axes: readonly AxisInfo[];
  /** Source axis that holds z, y and x; −1 for the z of a 2-D image. */
  readonly spatialAxes: readonly [z: number, y: number, x: number];
  /** In the order of the metadata. */
  readonly datasets: readonly MultiscaleDataset[];
  readonly notes: readonly string[];
}

/** The `multiscales` list of a group's attributes (0.5 keeps it under `ome`); `undefined` when there is none. */
export function multiscalesOf(attributes: JsonObject): unknown {
  const ome = attributes.ome;
  return (isObject(ome) ? ome.multiscales : undefined) ?? attributes.multiscales;
}

/** The labels of the `omero` channels, in order; empty when there are none or one lacks its label. */
export function channelLabelsOf(attributes: JsonObject): readonly string[] {
  const { ome } = attributes;
  const omero = (isObject(ome) ? ome.omero : undefined) ?? attributes.omero;
  const channels = isObject(omero) && Array.isArray(omero.channels) ? (omero.channels as unknown[]) : [];
  const labels = channels.map((channel) => (isObject(channel) ? channel.label : undefined));
  return labels.every((label) => typeof label === "string" && label !== "") ? (labels as string[]) : [];
}

/**
 * Parses the first multiscale of a list. `world = group transform ∘ dataset transform`, in nanometres.
 *
 * @throws `invalid-metadata`, or `unsupported` for other versions and transforms.
 */
export function parseMultiscale(multiscales: unknown, url: string): Multiscale {
  const fail = (message: string) => new VoxelfeedError("invalid-metadata", message, { url });
  const first: unknown = Array.isArray(multiscales) ? multiscales[0] : undefined;
  if (!isObject(first)) throw fail(`"multiscales" must be a list with at least one entry`);
  const notes: string[] = [];
  if ((multiscales as unknown[]).length > 1)
    notes.push("the group has several multiscales; the first is used");
  const axes = parseAxes(first.axes, url);
  const spatialAxes = findSpatialAxes(axes, url);
  const factors = axes.map((axis) => (axis.type === "space" ? unitFactor(axis, notes, url) : 1));
  if (!Array.isArray(first.datasets) || first.datasets.length === 0) {
    throw fail(`"datasets" must be a list with at least one entry`);
  }
  const group = composeTransforms(first.coordinateTransformations, axes.length, "multiscale", url);
  const datasets = first.datasets.map((dataset: unknown, level): MultiscaleDataset => {
    if (!isObject(dataset) || typeof dataset.path !== "string")
      throw fail(`dataset ${level} must have a path`);
    const transforms = dataset.coordinateTransformations;
    if (!Array.isArray(transforms) || transforms.length === 0) {
      notes.push(`level "${dataset.path}" has no coordinateTransformations; its scale is taken as 1`);
    }
    const own = inLevel(dataset.path, level, () =>
      composeTransforms(transforms, axes.length, `dataset "${dataset.path}"`, url),
    );
    return {
      path: dataset.path,
      scale: own.scale.map((scale, i) => scale * group.scale[i]! * factors[i]!),
      translation: own.translation.map((t, i) => (t * group.scale[i]! + group.translation[i]!) * factors[i]!),
    };
  });
  return { axes, spatialAxes, datasets, notes };
}

function parseAxes(value: unknown, url: string): AxisInfo[] {
  if (!Array.isArray(value) || value.some((axis) => !isObject(axis))) {
    throw new VoxelfeedError(
      "unsupported",
      `expected "axes" as a list of objects (OME-NGFF 0.4 or 0.5), got ${JSON.stringify(value)}; rewrite older metadata`,
      { url },
    );
  }
  return value.map((axis: JsonObject) => {
    const { name, type, unit } = axis;
    if (typeof name !== "string") {
      throw new VoxelfeedError(
        "invalid-metadata",
        `every axis must have a name, got ${JSON.stringify(axis)}`,
        { url },
      );
    }
    const info = { name, type: axisType(name, type) };
    return typeof unit === "string" ? { ...info, unit } : info;
  });
}

function axisType(name: string, type: unknown): AxisInfo["type"] {
  if (type === "space" || type === "channel" || type === "time") return type;
  if (type !== undefined && type !== null) return "other";
  if (/^[zyx]$/i.test(name)) return "space";
  return name === "c" ? "channel" : name === "t" ? "time" : "other";
}

function findSpatialAxes(axes: readonly AxisInfo[], url: string): [z: number, y: number, x: number] {
  const names = axes.map(({ name }) => name);
  const find = (wanted: string) =>
    axes.findIndex(({ name, type }) => type === "space" && name.toLowerCase() === wanted);
  const found: [number, number, number] = [find("z"), find("y"), find("x")];
  if (new Set(names).size !== names.length || found[1] < 0 || found[2] < 0) {
    throw new VoxelfeedError(
      "invalid-metadata",
      `expected distinct axes with spatial y and x, got [${names.join(", ")}]`,
      { url },
    );
  }
  return found;
}

function unitFactor({ name, unit }: AxisInfo, notes: string[], url: string): number {
  if (unit === undefined || unit === "" || /^(pixel|voxel|px)s?$/i.test(unit)) {
    notes.push(`axis "${name}" has no length unit; nanometre is assumed`);
    return 1;
  }
  const factor = nanometresPer(unit);
  if (factor === undefined) {
    throw new VoxelfeedError(
      "invalid-metadata",
      `the unit "${unit}" of axis "${name}" is not known; use a length unit of OME-NGFF such as "nanometer"`,
      { url },
    );
  }
  return factor;
}

function inLevel<T>(array: string, level: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw withPlace(error, { array, level });
  }
}

/** Applies a list of transforms in order; absent ones are the identity. */
function composeTransforms(
  value: unknown,
  rank: number,
  where: string,
  url: string,
): { scale: number[]; translation: number[] } {
  const scale = new Array<number>(rank).fill(1);
  const translation = new Array<number>(rank).fill(0);
  if (value === undefined || value === null) return { scale, translation };
  if (!Array.isArray(value)) {
    throw new VoxelfeedError(
      "invalid-metadata",
      `"coordinateTransformations" of the ${where} must be a list`,
      { url },
    );
  }
  for (const transform of value as unknown[]) {
    const type = isObject(transform) ? transform.type : undefined;
    if (type === "identity") continue;
    if (
      !isObject(transform) ||
      (type !== "scale" && type !== "translation") ||
      transform.path !== undefined
    ) {
      throw new VoxelfeedError(
        "unsupported",
        `the ${where} has the transform ${JSON.stringify(transform)}; only scale and translation with inline numbers are supported`,
        { url },
      );
    }
    const numbers = parseNumbers(transform[type], rank, type, where, url);
    for (let axis = 0; axis < rank; axis++) {
      if (type === "scale") {
        scale[axis]! *= numbers[axis]!;
        translation[axis]! *= numbers[axis]!;
      } else {
        translation[axis]! += numbers[axis]!;
      }
    }
  }
  return { scale, translation };
}

function parseNumbers(
  value: unknown,
  rank: number,
  type: string,
  where: string,
  url: string,
): readonly number[] {
  const isValid = (n: unknown) => Number.isFinite(n) && (type === "translation" || (n as number) > 0);
  if (Array.isArray(value) && value.length === rank && value.every(isValid)) return value;
  throw new VoxelfeedError(
    "invalid-metadata",
    `the ${type} of the ${where} must be ${rank} ${type === "scale" ? "positive " : ""}numbers, one per axis, got ${JSON.stringify(value)}`,
    { url },
  );
}
