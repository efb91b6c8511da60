/** Paths of crops, in cellmap-data's spelling. */
import { checkKeys, invalid } from "../options.js";
import type { DatasetDict, DatasetDictEntry } from "../split/rows.js";

export function datasetDictOf(value: unknown): DatasetDict {
  checkKeys(value as object, ["train", "validate", "validation", "val"], "dataset_dict");
  const parts = Object.entries(value as DatasetDict).map(([name, entries]) => {
    if (!Array.isArray(entries)) throw invalid(`dataset_dict.${name}`, "a list of { raw, gt }", entries);
    return [
      name,
      entries.map((entry: DatasetDictEntry, i) => {
        const path = `dataset_dict.${name}[${i}]`;
        checkKeys(entry, ["raw", "gt", "target"], path);
        if (isGiven(entry.gt) && isGiven(entry.target))
          throw invalid(`${path}.gt`, "left out when target is given: both name the same", entry.gt);
        const target = entry.gt ?? entry.target;
        return {
          raw: text(entry.raw, `${path}.raw`),
          gt: isGiven(target) ? bracketed(text(target, `${path}.gt`)) : null,
        };
      }),
    ];
  });
  return Object.fromEntries(parts) as DatasetDict;
}

/** Without brackets cellmap-data takes the path for the image of the class that its last part names. */
export function bracketed(target: string): string {
  if (/[[\]]/.test(target)) return target;
  const [, group, name] = /^(.*\/)([^/?]+)\/?$/s.exec(target) ?? [];
  return group === undefined ? target : `${group}[${name}]`;
}

export function text(value: unknown, path: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(path, "a path or URL", value);
}

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
