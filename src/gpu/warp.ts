/** Packs warps into the words that `shaders/warp.wgsl` reads. Pure. */
import type { ReadWarp } from "../plan/warp.js";

/** Words before the section shifts. */
const headerWords = 12;

/** Section axis of a warp without sections. */
const noAxis = 3;

/** Words that a warp takes in the tables. */
export function warpWords(warp: ReadWarp | undefined): number {
  if (warp === undefined) return 0;
  const { sections, elastic } = warp;
  return headerWords + (sections?.shifts.length ?? 0) + (elastic?.displacements.length ?? 0);
}

/**
 * Writes a warp: place and step of voxels on the grid of control points (floats), its shape, the section
 * axis and how many voxels have a section shift; then six floats per shift and three per control point.
 */
export function writeWarp(
  { sections, elastic }: ReadWarp,
  tables: Uint32Array<ArrayBuffer>,
  at: number,
): void {
  const floats = new Float32Array(tables.buffer);
  floats.set(elastic?.first ?? [], at);
  floats.set(elastic?.step ?? [], at + 3);
  tables.set(elastic?.shape ?? [0, 0, 0], at + 6);
  tables[at + 9] = sections?.axis ?? noAxis;
  const shifts = sections?.shifts ?? new Float32Array(0);
  tables[at + 10] = shifts.length;
  floats.set(shifts, at + headerWords);
  floats.set(elastic?.displacements ?? [], at + headerWords + shifts.length);
}
