/** The arrays a user asks for, checked and with their defaults. */
import { checkKeys, flag, invalid, oneOf, positiveVec3, shapeVec3 } from "../options.js";
import type { ArraySpec, OutputDType, ResolvedArraySpec } from "../types.js";

export type ArrayRole = "input" | "target";

const keys = [
  "shape",
  "scale",
  "dtype",
  "interpolation",
  "antialias",
  "padValue",
  "mask",
  "unknown",
] as const;

/** @throws VoxelfeedError `invalid-option`, `unknown-option`, with the path into the configuration */
export function resolveArrays(
  specs: Readonly<Record<string, ArraySpec>>,
  role: ArrayRole,
  path: string,
): ResolvedArraySpec[] {
  if (typeof specs !== "object" || specs === null) {
    throw invalid(path, "an object of array name → { shape, scale }", specs);
  }
  return Object.entries(specs).map(([name, spec]) => resolveArray(name, spec, role, `${path}.${name}`));
}

function resolveArray(name: string, spec: ArraySpec, role: ArrayRole, path: string): ResolvedArraySpec {
  checkKeys(spec, keys, path);
  const input = role === "input";
  const interpolation = oneOf(
    spec.interpolation,
    `${path}.interpolation`,
    ["nearest", "linear", "linear-argmax"],
    input ? "linear" : "nearest",
  );
  const { padValue = 0 } = spec;
  if (typeof padValue !== "number") throw invalid(`${path}.padValue`, "a number", padValue);
  const dtype = oneOf(
    spec.dtype,
    `${path}.dtype`,
    ["float32", "float16", "uint8", "int32", "uint32"],
    input ? "float32" : "uint8",
  );
  return {
    name,
    shape: shapeVec3(spec.shape, `${path}.shape`),
    scale: positiveVec3(spec.scale, `${path}.scale`, "nanometres per voxel"),
    dtype,
    interpolation,
    antialias: oneOf(
      spec.antialias,
      `${path}.antialias`,
      ["box", "none"],
      interpolation === "linear" ? "box" : "none",
    ),
    padValue,
    mask: flag(spec.mask, `${path}.mask`, !input),
    unknown: resolveUnknown(spec, role, dtype, path),
  };
}

function resolveUnknown(
  { unknown }: ArraySpec,
  role: ArrayRole,
  dtype: OutputDType,
  path: string,
): ResolvedArraySpec["unknown"] {
  if (unknown !== undefined && role === "input") {
    throw invalid(`${path}.unknown`, "left out: only targets know what is unknown", unknown);
  }
  const way = oneOf(unknown, `${path}.unknown`, ["mask", "nan"], "mask");
  if (way === "nan" && !dtype.startsWith("float")) {
    throw invalid(`${path}.dtype`, 'float32 or float16 with unknown: "nan"', dtype);
  }
  return way;
}
