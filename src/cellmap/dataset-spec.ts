/** What a configuration says about classes and arrays. */
import { checkKeys, invalid, oneOf } from "../options.js";
import type { ArraySpec } from "../types.js";
import type { CellmapArguments, CellmapWarning } from "./arguments.js";

/** What datasets and splits have in common. */
export function sharedSpec(args: CellmapArguments, warnings: CellmapWarning[]) {
  const { classes, input_arrays: inputs, target_arrays: targets, class_relation_dict: relations } = args;
  oneOf(args.axis_order as string | undefined, "axis_order", ["zyx"], "zyx");
  const isNan = emptyIsNan(args.empty_value, warnings);
  return {
    ...(classes !== undefined && { classes: classNames(classes) }),
    inputArrays: arraysOf(inputs, "input_arrays", {}),
    ...(targets !== undefined && {
      targetArrays: arraysOf(targets, "target_arrays", isNan ? { dtype: "float32", unknown: "nan" } : {}),
    }),
    ...(relations !== undefined && {
      classRelations: relations as Readonly<Record<string, readonly string[]>>,
    }),
  };
}

function emptyIsNan(value: unknown, warnings: CellmapWarning[]): boolean {
  if (value === undefined || value === 0) return false;
  if (typeof value === "string" && value.toLowerCase() === "nan") return true;
  if (typeof value !== "number") throw invalid("empty_value", '"nan" or a number', value);
  const message = `empty_value ${value} has no effect: what is unknown reads as 0 with mask 0, or as NaN with "nan".`;
  warnings.push({ path: "empty_value", message });
  return false;
}

function arraysOf(value: unknown, path: string, extra: Partial<ArraySpec>): Record<string, ArraySpec> {
  if (value === undefined) throw invalid(path, "an object of array name → { shape, scale }", null);
  checkKeys(value as object, Object.keys(value as object), path);
  const entries = Object.entries(value as Readonly<Record<string, ArraySpec>>).map(([name, spec]) => {
    checkKeys(spec, ["shape", "scale"], `${path}.${name}`);
    for (const key of ["shape", "scale"] as const) {
      const numbers: unknown = spec[key];
      const isList = Array.isArray(numbers) && (numbers.length === 2 || numbers.length === 3);
      if (!isList || !numbers.every((n) => typeof n === "number" && n > 0))
        throw invalid(`${path}.${name}.${key}`, "two or three positive numbers [z, y, x]", numbers);
    }
    return [name, { shape: spec.shape, scale: spec.scale, ...extra }];
  });
  return Object.fromEntries(entries);
}

function classNames(value: unknown): readonly string[] | null {
  const isList = Array.isArray(value) && value.every((name) => typeof name === "string");
  if (value !== null && !isList) throw invalid("classes", "a list of names, or null for raw only", value);
  return value;
}
