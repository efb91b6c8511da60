/** The channels of a raw image: one that was selected, or every entry of an axis. */
import type { StoredImage } from "../engine/arrays.js";
import { invalid } from "../options.js";
import type { ByteStore } from "../zarr/byte-store.js";
import type { IntegrityManifest } from "../zarr/integrity.js";
import type { ImageMeta } from "../zarr/metadata.js";
import { openMultiscale } from "../zarr/open.js";
import { withDocumentsAhead } from "./documents-ahead.js";

export interface RawChannels {
  /** One image per channel; they share store and metadata but for the index along the axis. */
  readonly images: readonly StoredImage[];
  readonly names: readonly string[];
}

export interface RawOptions {
  readonly select?: Readonly<Record<string, number>>;
  /** Name of the axis whose entries become channels. */
  readonly channelAxis?: string;
  readonly integrity?: IntegrityManifest;
  readonly signal?: AbortSignal;
}

/**
 * Opens a raw image. Without `channelAxis` it has one channel, "raw"; with it, one per entry of the axis, named by
 * the `omero` labels where they fit and differ, else "c0", "c1", ….
 *
 * @throws VoxelfeedError `invalid-option` for an axis that is spatial, selected too, or not there
 */
export async function openRaw(
  store: ByteStore,
  { select = {}, channelAxis, integrity, signal }: RawOptions,
): Promise<RawChannels> {
  const open = (selection: typeof select): Promise<ImageMeta> =>
    withDocumentsAhead(store, (ahead) => openMultiscale(ahead, { select: selection, integrity, signal }));
  if (channelAxis === undefined) {
    return {
      images: [{ store, meta: await open(select) }],
      names: ["raw"],
    };
  }
  if (Object.hasOwn(select, channelAxis)) {
    throw invalid(
      `select.${channelAxis}`,
      "left out, since channelAxis keeps all its entries",
      select[channelAxis],
    );
  }
  // An axis that the image does not have is a fault of channelAxis, not of the select that it becomes.
  const meta = await open({ ...select, [channelAxis]: 0 }).catch((error: unknown) => {
    const isOurs = (error as { path?: unknown } | null)?.path === `select.${channelAxis}`;
    throw isOurs ? invalid("channelAxis", "the name of an axis beside z, y and x", channelAxis) : error;
  });
  const axis = meta.axes.findIndex(({ name }) => name === channelAxis);
  const count = Math.min(...meta.levels.map(({ array }) => array.shape[axis]!));
  return {
    images: Array.from({ length: count }, (_, index) => ({ store, meta: selected(meta, axis, index) })),
    names: channelNames(meta.channelLabels, channelAxis, count),
  };
}

function selected(meta: ImageMeta, axis: number, index: number): ImageMeta {
  const levels = meta.levels.map((level) => {
    const select = level.array.select.with(axis, index);
    return { ...level, array: { ...level.array, select } };
  });
  return { ...meta, levels };
}

function channelNames(labels: readonly string[], axis: string, count: number): readonly string[] {
  const fit = labels.length === count && new Set(labels).size === count;
  return fit ? labels : Array.from({ length: count }, (_, index) => `${axis}${index}`);
}
