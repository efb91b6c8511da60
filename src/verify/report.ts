/** What a verification found, as plain data and as text. */
import type { SplitUsage } from "../split/row.js";
import type { Box } from "../types.js";

/** `error`: batches would fail or be worthless; `warning`: look at it; `note`: good to know. */
export type Severity = "error" | "warning" | "note";

export type VerifyCode =
  /** A row of the split gave no crop. */
  | "left-out"
  /** The metadata leaves something open, such as the unit of an axis. */
  | "metadata"
  /** The levels of a pyramid span different boxes. */
  | "level-boxes"
  /** Raw does not cover all of the annotation. */
  | "partial-overlap"
  /** The arrays ask for smaller voxels than are stored. */
  | "coarse-scale"
  /** Raw chunks under the crop are not stored: they read as fill value. */
  | "missing-chunks"
  /** A read failed. */
  | "read-failed"
  /** Every raw voxel of a sample has the same value. */
  | "constant-raw"
  /** No sample has an annotated voxel. */
  | "all-unknown"
  /** No sample has a voxel of any class. */
  | "empty-labels"
  /** A class is annotated, but no sample has a voxel of it. */
  | "absent-class";

export interface VerifyProblem {
  readonly severity: Severity;
  readonly code: VerifyCode;
  /** Which crop or row. */
  readonly where: string;
  readonly message: string;
}

/** One crop and what was seen of it. */
export interface CropReport {
  readonly where: string;
  /** Null for a dataset that is no part of a split. */
  readonly usage: SplitUsage | null;
  readonly raw: string;
  readonly target: string | null;
  /** The box that raw and all classes share, nanometres, z, y, x. */
  readonly boundingBox: Box;
  /** Classes without annotation here. */
  readonly unknownClasses: readonly string[];
  /** Least share of a class's box, 0 to 1, that raw covers; null without annotation. */
  readonly rawCoverage: number | null;
  /** Raw chunks under the crop: how many there are, were asked for, and were not stored. */
  readonly rawChunks: { readonly total: number; readonly checked: number; readonly missing: number };
  readonly samplesRead: number;
}

export interface VerifyReport {
  /** Whether there is no problem of severity `error`. */
  readonly ok: boolean;
  readonly problems: readonly VerifyProblem[];
  readonly crops: readonly CropReport[];
}

/** A report for people: one line per crop, then the problems, the worst first. */
export function reportText({ ok, problems, crops }: VerifyReport): string {
  const count = (severity: Severity): string => {
    const n = problems.filter((problem) => problem.severity === severity).length;
    return `${n} ${severity}${n === 1 ? "" : "s"}`;
  };
  const order: readonly Severity[] = ["error", "warning", "note"];
  const sorted = order.flatMap((severity) => problems.filter((problem) => problem.severity === severity));
  return [
    `${ok ? "OK" : "NOT OK"}: ${crops.length} crop${crops.length === 1 ? "" : "s"}, ${order.map(count).join(", ")}`,
    ...crops.map(cropLine),
    ...sorted.map(({ severity, code, where, message }) => `${severity} ${code} · ${where}: ${message}`),
  ].join("\n");
}

function cropLine({ where, boundingBox, rawCoverage, rawChunks, samplesRead }: CropReport): string {
  const size = boundingBox.max.map((max, a) => Number((max - boundingBox.min[a]!).toFixed(3)));
  const coverage = rawCoverage === null ? "no annotation" : `raw covers ${percent(rawCoverage)}`;
  const { checked, missing, total } = rawChunks;
  return (
    `${where}: ${size.join(" × ")} nm (z, y, x), ${coverage}, ${missing} of ${checked} raw chunks missing ` +
    `(${total} in all), ${samplesRead} sample${samplesRead === 1 ? "" : "s"} read`
  );
}

/** A share as text; never rounded up to 100 %. */
export function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
