/** Checks spatial transforms when they are given. */
import { checkKeys, flag, invalid, nearestName, oneOf } from "../options.js";
import type { AxisName, Vec3 } from "../types.js";
import { checkProbability, checkRange, type RangeLimits, rangeBounds } from "./range.js";
import {
  axisNames,
  type ElasticSpec,
  type MagnificationSpec,
  type Random2dSpec,
  type RotateSpec,
  type SectionSpec,
  type ShearSpec,
  type SpatialKind,
  type SpatialOperation,
  type SpatialSpecs,
  spatialKinds,
} from "./spatial.js";

/** Operations of one kind at most: each draws from random numbers of its own. */
export const maxPerKind = 16;

/** Largest σ of an elastic field, in spacings of its control points: two of them stay short of folding. */
const maxElasticSigma = 0.2;

const shearAxes = ["zy", "zx", "yz", "yx", "xz", "xy"] as const;

const specKeys: Readonly<Record<SpatialKind, readonly string[]>> = {
  slip: ["offset", "thickness", "axis", "rate"],
  shift: ["offset", "thickness", "axis", "rate"],
  mirror: ["axes"],
  transpose: ["axes"],
  cube: [],
  random2d: ["view"],
  elastic: ["spacing", "sigma", "axes"],
  magnification: ["range", "axes"],
  shear: ["axes"],
  rotate: ["axes", "so3"],
  translate: ["axes"],
};

/**
 * Checks `spatialTransforms` in either form.
 *
 * @param value what the user gave
 * @param extentNm the largest patch, nanometres z, y, x
 * @returns the operations, as a list
 * @throws VoxelfeedError `invalid-option`, `unknown-option`, with the path into the configuration
 */
export function checkSpatial(value: unknown, extentNm: Vec3, path = "spatialTransforms"): SpatialOperation[] {
  const given = Array.isArray(value) ? listed(value, path) : keyed(value, path);
  for (const { kind, spec, path: at } of given) {
    checkKeys(spec, [...specKeys[kind], "p", ...(Array.isArray(value) ? ["kind"] : [])], at);
    checkProbability((spec as { p?: unknown }).p, `${at}.p`);
    checks[kind](spec as never, at, extentNm);
  }
  checkTogether(given, path);
  return given.map(({ kind, spec }) => ({ ...(spec as object), kind }) as SpatialOperation);
}

interface Given {
  readonly kind: SpatialKind;
  readonly spec: object;
  readonly path: string;
}

function keyed(value: unknown, path: string): Given[] {
  checkKeys(value as object, spatialKinds, path);
  const entries = Object.entries(value as Record<SpatialKind, object | undefined>);
  return entries.flatMap(([kind, spec]) =>
    spec === undefined ? [] : [{ kind: kind as SpatialKind, spec, path: `${path}.${kind}` }],
  );
}

function listed(value: readonly unknown[], path: string): Given[] {
  return value.map((spec, i) => {
    const at = `${path}[${i}]`;
    const kind = (spec as { kind?: unknown } | null)?.kind;
    if (spatialKinds.includes(kind as SpatialKind)) {
      return { kind: kind as SpatialKind, spec: spec as object, path: at };
    }
    const near = typeof kind === "string" ? nearestName(kind, spatialKinds) : undefined;
    const hint = near === undefined ? `Known: ${spatialKinds.join(", ")}.` : `Did you mean "${near}"?`;
    throw invalid(`${at}.kind`, "a spatial transform", kind, hint);
  });
}

const checks: { readonly [K in SpatialKind]: (spec: SpatialSpecs[K], path: string, extentNm: Vec3) => void } =
  {
    slip: checkSections,
    shift: checkSections,
    mirror: ({ axes }, path) => {
      checkKeys(axes, axisNames, `${path}.axes`);
      for (const [axis, p] of Object.entries(axes)) checkProbability(p, `${path}.axes.${axis}`);
    },
    transpose: ({ axes }, path) => checkAxisList(axes, `${path}.axes`),
    cube: () => {},
    random2d: ({ view }: Random2dSpec, path) => {
      oneOf(view, `${path}.view`, ["orthogonal", "oblique"], "orthogonal");
    },
    elastic: checkElastic,
    magnification: checkMagnification,
    shear: checkShear,
    rotate: checkRotate,
    translate: ({ axes }, path) => checkRanges(axes, `${path}.axes`, { unit: "nm" }),
  };

function checkRanges(
  axes: object,
  path: string,
  limits: RangeLimits,
  names: readonly string[] = axisNames,
): void {
  checkKeys(axes, names, path);
  for (const [axis, range] of Object.entries(axes)) checkRange(range, `${path}.${axis}`, limits);
}

function checkAxisList(axes: unknown, path: string): void {
  const ok =
    Array.isArray(axes) &&
    axes.every((axis: AxisName) => axisNames.includes(axis)) &&
    new Set(axes).size === axes.length;
  if (!ok) throw invalid(path, 'different axes of "z", "y", "x"', axes);
}

function checkSections(spec: SectionSpec, path: string, extentNm: Vec3): void {
  checkRange(spec.offset, `${path}.offset`, { unit: "nm" });
  const { thickness, rate } = spec;
  if (!Number.isFinite(thickness) || thickness <= 0) {
    throw invalid(`${path}.thickness`, "a positive number of nanometres", thickness);
  }
  checkProbability(rate, `${path}.rate`);
  const axis = oneOf(spec.axis, `${path}.axis`, axisNames, "z");
  const extent = extentNm[axisNames.indexOf(axis) as 0 | 1 | 2];
  if (extent <= thickness * (1 + 1e-6)) {
    const hint = `The patch spans ${extent} nm along ${axis}: one section, with none to move against.`;
    throw invalid(`${path}.axis`, "an axis along which the patch has several sections", axis, hint);
  }
}

function checkElastic(spec: ElasticSpec, path: string): void {
  const { spacing, sigma, axes } = spec;
  const spacings = typeof spacing === "number" ? [spacing] : spacing;
  const ok =
    Array.isArray(spacings) &&
    (typeof spacing === "number" || spacings.length === 3) &&
    spacings.every((each) => Number.isFinite(each) && each > 0);
  if (!ok) throw invalid(`${path}.spacing`, "a positive number of nanometres, or three [z, y, x]", spacing);
  if (axes !== undefined) checkAxisList(axes, `${path}.axes`);
  const [, largest] = rangeBounds(checkRange(sigma, `${path}.sigma`, { min: 0, unit: "nm" }));
  const most = maxElasticSigma * Math.min(...spacings);
  if (largest > most) {
    const hint = "A stronger field would fold; take control points further apart.";
    throw invalid(`${path}.sigma`, `at most ${maxElasticSigma} × spacing, ${most} nm`, sigma, hint);
  }
}

function checkMagnification({ range, axes }: MagnificationSpec, path: string): void {
  if ((range === undefined) === (axes === undefined)) {
    throw invalid(path, "either { range } or { axes }", { range, axes });
  }
  if (range !== undefined) checkRange(range, `${path}.range`, { above: 0 });
  else checkRanges(axes!, `${path}.axes`, { above: 0 });
}

function checkShear({ axes }: ShearSpec, path: string): void {
  checkRanges(axes, `${path}.axes`, {}, shearAxes);
  for (const moved of axisNames) {
    const names = shearAxes.filter((name) => name[0] === moved && axes[name] !== undefined);
    const most = names.reduce((sum, name) => sum + Math.max(...rangeBounds(axes[name]!).map(Math.abs)), 0);
    // Rows that stay below 1 make a matrix whose diagonal outweighs the rest: it turns nothing inside out.
    if (most >= 1) {
      throw invalid(`${path}.axes.${names[0]}`, `less than 1 in size, all shears of ${moved} together`, most);
    }
  }
}

function checkRotate({ axes, so3 }: RotateSpec, path: string): void {
  const uniform = flag(so3, `${path}.so3`, false);
  if (uniform === (axes !== undefined))
    throw invalid(path, "either { axes } or { so3: true }", { axes, so3 });
  if (axes !== undefined) checkRanges(axes, `${path}.axes`, { unit: "degrees" });
}

/** What operations may not be combined with each other. */
function checkTogether(given: readonly Given[], path: string): void {
  for (const kind of spatialKinds) {
    const same = given.filter((each) => each.kind === kind);
    const most = kind === "elastic" ? 1 : maxPerKind;
    if (same.length > most) throw invalid(same[most]!.path, `one of at most ${most} of its kind`, kind);
  }
  const sections = given.filter(({ kind }) => kind === "slip" || kind === "shift");
  const form = ({ spec }: Given): string => {
    const { axis = "z", thickness } = spec as SectionSpec;
    return `axis ${axis}, thickness ${thickness}`;
  };
  const other = sections.find((each) => form(each) !== form(sections[0]!));
  if (other !== undefined) {
    throw invalid(
      other.path,
      `of the same sections as ${sections[0]!.path.slice(path.length + 1)}`,
      form(other),
    );
  }
}
