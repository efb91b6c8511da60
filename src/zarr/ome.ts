/** Parses OME-NGFF 0.4, 0.5 and 0.6 multiscale metadata: axes by name, units, transforms. Pure. */
import { findSpatialAxes, parseAxes, unitFactor } from "./axes.js";
import { isObject, type JsonObject } from "./json.js";
import type { AxisInfo } from "./metadata.js";
import { withPlace } from "./place.js";
import { invalidMember, memberOf, show, unsupportedMember } from "./pointer.js";
import { type AxisMap, type AxisScaling, compose, parseTransforms, scalingOf } from "./transforms.js";
import { belowRoot } from "./url.js";

/** One pyramid level as the multiscale metadata names it; arrays are per source axis, lengths in nanometres. */
export interface MultiscaleDataset {
  /** Below the group; checked. */
  readonly path: string;
  readonly scale: readonly number[];
  readonly translation: readonly number[];
}

export interface Multiscale {
  /** In the order of the arrays' axes. */
  readonly axes: readonly AxisInfo[];
  /** Source axis that holds z, y and x; −1 for the z of a 2-D image. */
  readonly spatialAxes: readonly [z: number, y: number, x: number];
  /** In the order of the metadata. */
  readonly datasets: readonly MultiscaleDataset[];
  readonly notes: readonly string[];
}

/** Each level costs a request. */
const MAX_LEVELS = 64;

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
 * Parses the first multiscale of a group. `world = group transform ∘ dataset transform`, in nanometres; where
 * coordinate systems are named (0.6), the world is the one that the levels are mapped to.
 *
 * @param attributes the group's.
 * @param place of the attributes.
 * @throws `invalid-metadata`, or `unsupported` for other versions and transforms; the error's URL ends in a JSON pointer.
 */
export function parseMultiscale(attributes: JsonObject, place: string): Multiscale {
  const { ome } = attributes;
  const isUnderOme = isObject(ome) && ome.multiscales !== undefined;
  const listPlace = isUnderOme ? memberOf(place, "ome", "multiscales") : memberOf(place, "multiscales");
  const list = multiscalesOf(attributes);
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (!isObject(first)) throw invalidMember(listPlace, "a list with at least one multiscale", list);
  const at = memberOf(listPlace, 0);
  if (isUnderOme) checkVersion(ome.version, memberOf(place, "ome", "version"));
  else checkVersion(first.version, memberOf(at, "version"));
  const notes: string[] = [];
  if ((list as unknown[]).length > 1) notes.push("the group has several multiscales; the first is used");
  return parseFirst(first, at, notes);
}

function parseFirst(multiscale: JsonObject, place: string, notes: string[]): Multiscale {
  const { datasets, coordinateSystems: systems } = multiscale;
  const isListed = Array.isArray(datasets) && datasets.length > 0 && datasets.length <= MAX_LEVELS;
  if (!isListed) throw invalidMember(memberOf(place, "datasets"), `1 to ${MAX_LEVELS} datasets`, datasets);
  const worldAxes = systems === undefined ? undefined : parseSystemAxes(multiscale, place, notes);
  const axes = worldAxes ?? parseAxes(multiscale.axes, memberOf(place, "axes"));
  const group =
    worldAxes === undefined
      ? parseTransforms(
          multiscale.coordinateTransformations,
          axes.length,
          memberOf(place, "coordinateTransformations"),
        )
      : parseTransforms([], axes.length, place);
  const levels = datasets.map((dataset: unknown, level) =>
    parseDataset(dataset, level, group, memberOf(place, "datasets", level), notes),
  );
  const { from } = levels[0]!.scaling;
  for (const [level, { scaling }] of levels.entries()) {
    if (scaling.from.join() === from.join()) continue;
    throw unsupportedMember(
      memberOf(place, "datasets", level),
      "all levels must have their axes in the same order",
      scaling.from,
    );
  }
  return inArrayOrder(axes, levels, from, memberOf(place, "axes"), notes);
}

interface ParsedLevel {
  readonly path: string;
  readonly scaling: AxisScaling;
}

function parseDataset(
  dataset: unknown,
  level: number,
  group: AxisMap,
  place: string,
  notes: string[],
): ParsedLevel {
  if (!isObject(dataset) || typeof dataset.path !== "string") {
    throw invalidMember(place, "a dataset with a path", dataset);
  }
  const path = belowRoot(dataset.path, memberOf(place, "path"));
  const transforms = dataset.coordinateTransformations;
  if (!Array.isArray(transforms) || transforms.length === 0) {
    notes.push(`level ${show(path)} has no coordinateTransformations; its scale is taken as 1`);
  }
  const transformsPlace = memberOf(place, "coordinateTransformations");
  try {
    const own = parseTransforms(transforms, group.offset.length, transformsPlace);
    return { path, scaling: scalingOf(compose(group, own), transformsPlace) };
  } catch (error) {
    throw withPlace(error, { array: path, level });
  }
}

/** Lists axes and lengths in the order of the arrays' axes, which a transformation may have swapped. */
function inArrayOrder(
  worldAxes: readonly AxisInfo[],
  levels: readonly ParsedLevel[],
  from: readonly number[],
  place: string,
  notes: string[],
): Multiscale {
  const worldAxisOf = from.map((_, arrayAxis) => from.indexOf(arrayAxis));
  const axes = worldAxisOf.map((axis) => worldAxes[axis]!);
  const factors = axes.map((axis, i) =>
    axis.type === "space" ? unitFactor(axis, notes, memberOf(place, worldAxisOf[i]!, "unit")) : 1,
  );
  const inOrder = (values: readonly number[]) => worldAxisOf.map((axis, i) => values[axis]! * factors[i]!);
  const datasets = levels.map(({ path, scaling: { scale, translation } }, level) => {
    const dataset = { path, scale: inOrder(scale), translation: inOrder(translation) };
    const isSound = [...dataset.scale, ...dataset.translation].every(Number.isFinite);
    if (isSound && dataset.scale.every((factor) => factor > 0)) return dataset;
    throw withPlace(invalidMember(place, "lengths that are finite in nanometres", dataset.scale), {
      array: path,
      level,
    });
  });
  return { axes, spatialAxes: findSpatialAxes(axes, place), datasets, notes };
}

/** The axes of the coordinate system that the levels are mapped to (0.6). */
function parseSystemAxes(multiscale: JsonObject, place: string, notes: string[]): readonly AxisInfo[] {
  const { coordinateSystems: systems, datasets } = multiscale;
  const systemsPlace = memberOf(place, "coordinateSystems");
  const isList = Array.isArray(systems) && systems.length > 0 && systems.length <= MAX_LEVELS;
  if (!isList || !systems.every(isObject)) {
    throw invalidMember(systemsPlace, "a list of coordinate systems", systems);
  }
  const outputs = new Set((datasets as unknown[]).map(outputOf).filter((name) => name !== undefined));
  const [output] = outputs;
  const index = output === undefined ? 0 : systems.findIndex(({ name }) => name === output);
  if (outputs.size > 1 || index < 0) {
    throw invalidMember(systemsPlace, "one coordinate system that all levels are mapped to", [...outputs]);
  }
  if (systems.length > 1) {
    notes.push(`the image has several coordinate systems; its own, ${show(systems[index]!.name)}, is used`);
  }
  return parseAxes(systems[index]!.axes, memberOf(systemsPlace, index, "axes"));
}

/** The coordinate system that a dataset's transformation leads to, by name. */
function outputOf(dataset: unknown): string | undefined {
  const transforms = isObject(dataset) ? dataset.coordinateTransformations : undefined;
  const last: unknown = Array.isArray(transforms) ? transforms.at(-1) : undefined;
  const output = isObject(last) ? last.output : undefined;
  const name = isObject(output) ? output.name : output;
  return typeof name === "string" ? name : undefined;
}

/** 0.4 to 0.6, and drafts of them; older metadata may leave the version out. */
function checkVersion(version: unknown, place: string): void {
  if (version === undefined || (typeof version === "string" && /^0\.[1-6](?:\D|$)/.test(version))) return;
  throw unsupportedMember(place, "OME-NGFF is read up to version 0.6", version);
}
