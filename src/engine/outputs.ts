/** The arrays that a job makes: the one asked for, and those that its target transforms make beside it. */
import { VoxelfeedError } from "../errors.js";
import type { IdTable } from "../plan/ids.js";
import {
  type OutputLayout,
  outputElements,
  outputItemSize,
  outputPlace,
  paddedBytes,
} from "../plan/output.js";
import type { ArrayJob } from "./jobs.js";

/** One array to allocate and fill. */
export interface JobOutput extends Pick<ArrayJob, "layout" | "channels" | "mask" | "into"> {}

/** The job's array first, then its extras. */
export function outputsOf({ layout, channels, mask, into, target }: ArrayJob): JobOutput[] {
  const extras = (target?.extras ?? []).map(
    ({ channels: names }): JobOutput => ({
      layout: { ...layout, channels: names.length, dtype: "float32" },
      channels: names,
      mask: false,
    }),
  );
  return [{ layout, channels, mask, into }, ...extras];
}

/** Bytes of the buffers that the jobs need, without the caller's. */
export function outputBytes(jobs: readonly ArrayJob[]): number {
  return jobs.flatMap(outputsOf).reduce((sum, { layout, mask, into }) => {
    const elements = outputElements(layout);
    const values = into === undefined ? paddedBytes(elements, outputItemSize[layout.dtype]) : 0;
    return sum + values + (mask ? paddedBytes(elements, 1) : 0);
  }, 0);
}

/** Where the voxels of `index = sample · channels + channel` go. */
export function placeOf(
  layout: OutputLayout,
  index: number,
): { readonly offset: number; readonly stride: number } {
  return outputPlace(layout, Math.floor(index / layout.channels), index % layout.channels);
}

/**
 * Id tables of a transformed array, from those of its gathered channels.
 *
 * @throws VoxelfeedError `unsupported` where transforms name ids that are indices into a table
 */
export function transformedIdTables(
  { layout, target }: ArrayJob,
  gathered: readonly (IdTable | null)[],
): (IdTable | null)[] {
  if (target!.namesIds && gathered.some((table) => table !== null)) {
    throw new VoxelfeedError(
      "unsupported",
      "targets.remap and targets.oneHot name ids, but this array has ids beyond 2^32 - 1, whose values are indices " +
        "into an id table that differs from patch to patch. Leave these transforms out for it.",
    );
  }
  const tables = Array.from({ length: layout.samples * layout.channels }, (_, index) => {
    const [sample, channel] = [Math.floor(index / layout.channels), index % layout.channels];
    return target!.keepsIds ? (gathered[sample * target!.gatheredChannels + channel] ?? null) : null;
  });
  return tables;
}

/** Id tables of an array whose values are no ids. */
export function noTables({ samples, channels }: OutputLayout): null[] {
  return Array.from({ length: samples * channels }, () => null);
}
