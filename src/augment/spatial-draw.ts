/** Draws the spatial parameters of one sample: in float64, each operation from random numbers of its own. */
import type { Draw } from "../math/rng.js";
import { map3 } from "../math/vec.js";
import type { SectionMove } from "../plan/warp.js";
import type { Box, Vec3 } from "../types.js";
import { elasticShape } from "./elastic.js";
import { drawRange, limitRange, type ParameterRange } from "./range.js";
import {
  axisNames,
  type ElasticSpec,
  type MagnificationSpec,
  type MirrorSpec,
  type PerAxis,
  type Random2dSpec,
  type RotateSpec,
  type SectionSpec,
  type ShearAxes,
  type ShearSpec,
  type SpatialOperation,
  spatialKinds,
  type TranslateSpec,
  type TransposeSpec,
} from "./spatial.js";
import { maxPerKind } from "./spatial-check.js";
import { type DrawnOperation, type DrawnSpatial, spatialMatrix } from "./spatial-matrix.js";

/** Where a sample is, and how large. */
export interface SamplePlace {
  /** World centre, nanometres. */
  readonly center: Vec3;
  /** Box of the legal centres. */
  readonly legal: Box;
  /** The largest patch, nanometres z, y, x. */
  readonly extentNm: Vec3;
}

/**
 * Draws one sample's parameters.
 *
 * @param operations checked by `checkSpatial`
 * @param draws gives the random numbers of an operation, by its number
 */
export function drawSpatial(
  operations: readonly SpatialOperation[],
  place: SamplePlace,
  draws: (operation: number) => Draw,
): DrawnSpatial {
  let drawn: DrawnOperation[] = [];
  for (const [rank, kind] of spatialKinds.entries()) {
    const same = operations.filter((operation) => operation.kind === kind);
    for (const [i, operation] of same.entries()) {
      const draw = draws(rank * maxPerKind + i);
      const applied = draw() < (operation.p ?? 1);
      const found = drawOperation(operation, draw, place, drawn);
      if (applied) drawn = [...drawn, ...found];
    }
  }
  return drawn;
}

function drawOperation(
  operation: SpatialOperation,
  draw: Draw,
  { center, legal, extentNm }: SamplePlace,
  before: DrawnSpatial,
): DrawnOperation[] {
  switch (operation.kind) {
    case "slip":
    case "shift":
      return [drawSections(operation, operation.kind === "shift", extentNm, draw)];
    case "mirror":
      return [drawMirror(operation, draw)];
    case "transpose":
      return [drawTranspose(operation, draw)];
    case "cube":
      return [
        drawMirror({ axes: { z: 0.5, y: 0.5, x: 0.5 } }, draw),
        drawTranspose({ axes: axisNames }, draw),
      ];
    case "random2d":
      return [drawView(operation, draw)];
    case "elastic":
      return [drawElastic(operation, turnedExtent(before, extentNm), draw)];
    case "magnification":
      return [drawMagnification(operation, draw)];
    case "shear":
      return [drawShear(operation, draw)];
    case "rotate":
      return [drawRotation(operation, draw)];
    case "translate":
      return [drawTranslation(operation, center, legal, draw)];
  }
}

/** Sections 0, -1, 1, -2, 2, …: a larger patch draws more of them, and the same for those it shares. */
function drawSections(
  { axis = "z", thickness, offset, rate = 0.05 }: SectionSpec,
  following: boolean,
  extentNm: Vec3,
  draw: Draw,
): DrawnOperation {
  const along = axisNames.indexOf(axis) as 0 | 1 | 2;
  const each = Math.ceil(extentNm[along] / 2 / thickness - 1e-6);
  const moves: SectionMove[] = [];
  for (let i = 0; i <= 2 * each; i++) {
    const section = i % 2 === 0 ? i / 2 : -(i + 1) / 2;
    const chosen = draw() < rate;
    const drawn = map3((a) => (a === along ? 0 : drawRange(offset, draw)));
    if (chosen) moves.push({ section, following, offset: drawn });
  }
  moves.sort((a, b) => a.section - b.section);
  return { kind: "sections", axis: along, thicknessNm: thickness, moves };
}

function drawMirror({ axes }: MirrorSpec, draw: Draw): DrawnOperation {
  const flips = axisNames.map((axis) => draw() < (axes[axis] ?? 0));
  return { kind: "mirror", axes: axisNames.filter((_, i) => flips[i]) };
}

function drawTranspose({ axes }: TransposeSpec, draw: Draw): DrawnOperation {
  const order: [number, number, number] = [0, 1, 2];
  const listed = axisNames.flatMap((axis, i) => (axes.includes(axis) ? [i] : []));
  for (let i = listed.length - 1; i > 0; i--) {
    const [a, b] = [listed[i]!, listed[Math.floor(draw() * (i + 1))]!];
    [order[a], order[b]] = [order[b]!, order[a]!];
  }
  return { kind: "transpose", order };
}

function drawView({ view = "orthogonal" }: Random2dSpec, draw: Draw): DrawnOperation {
  if (view === "oblique") return drawUniformRotation(draw);
  const along = Math.floor(draw() * 3);
  return { kind: "transpose", order: map3((i) => (i + along) % 3) };
}

function drawElastic(
  { spacing, sigma, axes = axisNames }: ElasticSpec,
  extentNm: Vec3,
  draw: Draw,
): DrawnOperation {
  const spacings: Vec3 = typeof spacing === "number" ? [spacing, spacing, spacing] : spacing;
  const strength = drawRange(sigma, draw);
  const key = [Math.floor(draw() * 2 ** 32), Math.floor(draw() * 2 ** 32)] as const;
  return {
    kind: "elastic",
    spacing: spacings,
    shape: elasticShape(extentNm, spacings),
    sigma: map3((i) => (axes.includes(axisNames[i]!) ? strength : 0)),
    key,
  };
}

/** The extent in the frame of the field, which mirrored and transposed axes lead to. */
function turnedExtent(drawn: DrawnSpatial, extentNm: Vec3): Vec3 {
  const turn = spatialMatrix(drawn.filter(({ kind }) => kind === "mirror" || kind === "transpose"));
  return map3((i) => turn[i].reduce((sum, m, j) => sum + Math.abs(m) * extentNm[j]!, 0));
}

function drawMagnification({ range, axes }: MagnificationSpec, draw: Draw): DrawnOperation {
  if (axes !== undefined) return { kind: "magnification", factors: drawAxes(axes, 1, draw) };
  const factor = drawRange(range!, draw);
  return { kind: "magnification", factors: [factor, factor, factor] };
}

function drawShear({ axes }: ShearSpec, draw: Draw): DrawnOperation {
  const entry = (i: 0 | 1 | 2, j: 0 | 1 | 2): number => {
    if (i === j) return 1;
    return drawRange(axes[`${axisNames[i]}${axisNames[j]}` as ShearAxes] ?? 0, draw);
  };
  const row = (i: 0 | 1 | 2): Vec3 => map3((j) => entry(i, j));
  return { kind: "shear", matrix: [row(0), row(1), row(2)] };
}

function drawRotation({ axes, so3 }: RotateSpec, draw: Draw): DrawnOperation {
  return so3 === true ? drawUniformRotation(draw) : { kind: "rotate", degrees: drawAxes(axes!, 0, draw) };
}

/**
 * Uniform over all rotations: for `Rz · Ry · Rx` the angles about z and x are uniform, and so is the sine of the
 * one about y.
 *
 * Source: the Haar measure in Euler angles; Murnaghan, "The Unitary and Rotation Groups", 1962.
 */
function drawUniformRotation(draw: Draw): DrawnOperation {
  const angle = (): number => draw() * 360 - 180;
  const z = angle();
  const y = (Math.asin(draw() * 2 - 1) * 180) / Math.PI;
  return { kind: "rotate", degrees: [z, y, angle()] };
}

function drawTranslation({ axes }: TranslateSpec, center: Vec3, legal: Box, draw: Draw): DrawnOperation {
  const within = (i: 0 | 1 | 2): ParameterRange =>
    limitRange(axes[axisNames[i]!] ?? 0, legal.min[i] - center[i], legal.max[i] - center[i]);
  return { kind: "translate", offset: map3((i) => drawRange(within(i), draw)) };
}

function drawAxes(axes: PerAxis<ParameterRange>, otherwise: number, draw: Draw): Vec3 {
  return map3((i) => drawRange(axes[axisNames[i]!] ?? otherwise, draw));
}
