/** Axes of OME-NGFF metadata: which is which, by name, and their units. */
import { isObject } from "./json.js";
import type { AxisInfo } from "./metadata.js";
import { invalidMember, memberOf, show, unsupportedMember } from "./pointer.js";
import { nanometresPer } from "./units.js";

/** OME-NGFF has 2 to 5; more do no harm. */
const MAX_AXES = 16;

/** @throws `unsupported` for axes as plain names (before 0.4), `invalid-metadata` */
export function parseAxes(value: unknown, place: string): AxisInfo[] {
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw unsupportedMember(place, "axes must be a list of objects (OME-NGFF 0.4 or later)", value);
  }
  if (value.length > MAX_AXES) throw invalidMember(place, `at most ${MAX_AXES} axes`, value);
  return value.map(({ name, type, unit }, i) => {
    if (typeof name !== "string") throw invalidMember(memberOf(place, i, "name"), "a name", name);
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

/** Which axis is z, y and x; −1 for the z of a 2-D image. @throws `invalid-metadata` */
export function findSpatialAxes(axes: readonly AxisInfo[], place: string): [z: number, y: number, x: number] {
  const names = axes.map(({ name }) => name);
  const find = (wanted: string) =>
    axes.findIndex(({ name, type }) => type === "space" && name.toLowerCase() === wanted);
  const found: [number, number, number] = [find("z"), find("y"), find("x")];
  if (new Set(names).size === names.length && found[1] >= 0 && found[2] >= 0) return found;
  throw invalidMember(place, "distinct axes with spatial y and x", names);
}

/** Nanometres per unit of a spatial axis; an absent unit is noted. @throws `invalid-metadata` for an unknown one */
export function unitFactor({ name, unit }: AxisInfo, notes: string[], place: string): number {
  if (unit === undefined || unit === "" || /^(pixel|voxel|px)s?$/i.test(unit)) {
    notes.push(`axis ${show(name)} has no length unit; nanometre is assumed`);
    return 1;
  }
  const factor = nanometresPer(unit);
  if (factor === undefined) throw invalidMember(place, 'a length unit such as "nanometer"', unit);
  return factor;
}
