/** Opens an OME-Zarr multiscale: which documents to ask for, and what their absence means. */
import { VoxelfeedError } from "../errors.js";
import type { Vec3 } from "../types.js";
import { parseAnnotation } from "./annotation.js";
import { parseArray } from "./array.js";
import { refuseUnknownMembers } from "./array-v3.js";
import type { ByteStore } from "./byte-store.js";
import { brickDTypeOf } from "./dtype.js";
import { checkManifest, digestsOf, type IntegrityManifest } from "./integrity.js";
import { isObject, type JsonObject, readJson } from "./json.js";
import type { ArrayMeta, ImageMeta, Level, StoredArray } from "./metadata.js";
import {
  channelLabelsOf,
  type Multiscale,
  type MultiscaleDataset,
  multiscalesOf,
  parseMultiscale,
} from "./ome.js";
import { withPlace } from "./place.js";
import { invalidMember, memberOf } from "./pointer.js";
import { resolveSelect } from "./select.js";
import { messagePath } from "./url.js";

/** Members of a v3 group; the last is an extension that older zarr-python writes without saying so. */
const groupMembers = ["zarr_format", "node_type", "attributes", "consolidated_metadata"];

export interface OpenOptions {
  /** Index along every non-spatial axis of more than one entry, by axis name, such as `{ c: 0 }`. */
  readonly select?: Readonly<Record<string, number>>;
  /** Digests of the chunks, each of which is then verified when it is read. */
  readonly integrity?: IntegrityManifest;
  readonly signal?: AbortSignal;
}

/**
 * Reads the metadata of an OME-Zarr multiscale (OME-NGFF 0.4 on Zarr v2, 0.5 and 0.6 on Zarr v3).
 *
 * Two round trips: the group's candidate documents together, then all levels together. Axes are mapped by
 * name and lengths converted to nanometres. A 2-D image gets a z axis of one voxel of 1 nm at z = 0.
 *
 * @param store rooted at the multiscale group.
 * @returns levels finest first (z, y, x; nanometres); plain data that a worker can be sent.
 * @throws `not-found`, `not-zarr`, `not-multiscale`, `invalid-metadata`, `array-not-found`, `unknown-codec`,
 * `unsupported`, `select-required`, `invalid-option`, and whatever the store throws.
 */
export async function openMultiscale(store: ByteStore, options: OpenOptions = {}): Promise<ImageMeta> {
  const { select = {}, integrity, signal } = options;
  signal?.throwIfAborted();
  if (integrity !== undefined) checkManifest(integrity, "integrity");
  const { attributes, place, zarrFormat } = await readGroup(store, signal);
  const multiscale = parseMultiscale(attributes, place);
  const levels = await Promise.all(
    multiscale.datasets.map((dataset, level) =>
      readLevel(store, multiscale, dataset, level, zarrFormat, select, signal),
    ),
  );
  const volume = ({ voxelSizeNm: [z, y, x] }: Level) => z * y * x;
  const sorted = levels
    .sort((a, b) => volume(a) - volume(b))
    .map((level, index): Level => {
      const digests = integrity && digestsOf(integrity, level.array.path);
      return { ...level, array: { ...level.array, level: index, ...(digests && { digests }) } };
    });
  const finest = sorted[0]!;
  const corner = (voxel: (size: number) => number): Vec3 => {
    const at = (axis: 0 | 1 | 2) =>
      finest.translationNm[axis] + voxel(finest.shape[axis]) * finest.voxelSizeNm[axis];
    return [at(0), at(1), at(2)];
  };
  return {
    url: store.url,
    axes: multiscale.axes,
    dtype: finest.array.dtype,
    levels: sorted,
    boundingBox: { min: corner(() => -0.5), max: corner((size) => size - 0.5) },
    channelLabels: channelLabelsOf(attributes),
    annotation: parseAnnotation(attributes, store.url),
    notes: multiscale.notes,
  };
}

/** Finds the group's multiscales in the v3 document or the v2 attributes, asked for together. */
async function readGroup(
  store: ByteStore,
  signal: AbortSignal | undefined,
): Promise<{ attributes: JsonObject; place: string; zarrFormat: 2 | 3 }> {
  const [v3, v2] = await Promise.allSettled([
    readJson(store, "zarr.json", signal),
    readJson(store, ".zattrs", signal),
  ]);
  signal?.throwIfAborted();
  const group = v3.status === "fulfilled" ? v3.value : undefined;
  const attributes = v2.status === "fulfilled" ? v2.value : undefined;
  if (isObject(group?.attributes) && multiscalesOf(group.attributes) !== undefined) {
    const url = messagePath(store.url, "zarr.json");
    checkGroup(group, url);
    return { attributes: group.attributes, place: memberOf(url, "attributes"), zarrFormat: 3 };
  }
  if (attributes !== undefined && multiscalesOf(attributes) !== undefined) {
    return { attributes, place: messagePath(store.url, ".zattrs"), zarrFormat: 2 };
  }
  // One document that cannot be had is no fault while the other answers; with neither, it is the reason.
  for (const result of [v3, v2]) if (result.status === "rejected") throw result.reason;
  throw await explainAbsence(store, group, attributes, signal);
}

function checkGroup(group: JsonObject, url: string): void {
  const { zarr_format: format, node_type: nodeType } = group;
  if (format !== 3) throw invalidMember(memberOf(url, "zarr_format"), '"zarr_format" 3', format);
  if (nodeType !== "group") throw invalidMember(memberOf(url, "node_type"), '"group"', nodeType);
  refuseUnknownMembers(group, groupMembers, url);
}

/** Why there is no multiscale here: an array, another group, no Zarr, or nothing at all. */
async function explainAbsence(
  store: ByteStore,
  group: JsonObject | undefined,
  attributes: JsonObject | undefined,
  signal: AbortSignal | undefined,
): Promise<VoxelfeedError> {
  const { url } = store;
  const [v2Group, v2Array, exists] = await Promise.all([
    readJson(store, ".zgroup", signal),
    readJson(store, ".zarray", signal),
    store.rootExists({ signal }),
  ]);
  if (group?.node_type === "array" || v2Array !== undefined) {
    return new VoxelfeedError(
      "not-multiscale",
      "this is a Zarr array; pass its parent group, which holds the multiscales",
      {
        url,
      },
    );
  }
  if (group !== undefined || v2Group !== undefined || attributes !== undefined) {
    return new VoxelfeedError(
      "not-multiscale",
      "this Zarr group has no OME-NGFF multiscales; point to the image group inside it",
      { url },
    );
  }
  if (!exists) {
    return new VoxelfeedError(
      "not-found",
      "nothing is here (404, and no zarr.json, .zattrs or .zgroup below); check the URL",
      {
        url,
        status: 404,
      },
    );
  }
  return new VoxelfeedError(
    "not-zarr",
    "there is no Zarr here: no zarr.json, .zattrs or .zgroup; point to the image group",
    {
      url,
    },
  );
}

async function readLevel(
  store: ByteStore,
  multiscale: Multiscale,
  dataset: MultiscaleDataset,
  level: number,
  zarrFormat: 2 | 3,
  select: Readonly<Record<string, number>>,
  signal: AbortSignal | undefined,
): Promise<Level> {
  const { path } = dataset;
  try {
    const key = `${path}/${zarrFormat === 3 ? "zarr.json" : ".zarray"}`.replace(/^\//, "");
    let version: string | undefined;
    const document = await readJson(store, key, signal, (told) => {
      version = told;
    });
    const url = messagePath(store.url, key);
    if (document === undefined || document.node_type === "group") {
      throw new VoxelfeedError("array-not-found", "the multiscales name an array that is not there", { url });
    }
    const parsed = toLevel(
      parseArray(document, zarrFormat, url),
      path,
      multiscale,
      dataset,
      level,
      select,
      url,
    );
    return version === undefined ? parsed : { ...parsed, array: { ...parsed.array, version } };
  } catch (error) {
    throw withPlace(error, { array: path, level });
  }
}

function toLevel(
  stored: StoredArray,
  path: string,
  { axes, spatialAxes }: Multiscale,
  dataset: MultiscaleDataset,
  level: number,
  select: Readonly<Record<string, number>>,
  url: string,
): Level {
  if (stored.shape.length !== axes.length) {
    const names = axes.map(({ name }) => name).join(", ");
    const expected = `${axes.length} axes, as the multiscales name them (${names})`;
    throw invalidMember(memberOf(url, "shape"), expected, stored.shape);
  }
  const spatial = (values: readonly number[], absent: number): Vec3 => {
    const [z, y, x] = spatialAxes;
    return [values[z] ?? absent, values[y]!, values[x]!];
  };
  const array: ArrayMeta = {
    path,
    level,
    ...stored,
    spatialAxes,
    select: resolveSelect(axes, spatialAxes, stored.shape, select, url),
  };
  return {
    array,
    shape: spatial(stored.shape, 1),
    brickShape: spatial(stored.chunkShape, 1),
    brickDType: brickDTypeOf(stored.dtype),
    voxelSizeNm: spatial(dataset.scale, 1),
    translationNm: spatial(dataset.translation, 0),
  };
}
