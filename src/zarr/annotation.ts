/**
 * What the metadata of a label image says about its values.
 *
 * Source: the `cellmap.annotation` attributes of the cellmap-schemas package (`annotation_type`, `encoding`,
 * `complement_counts`), which stand on the image's group, on its arrays, or on both.
 */
import { VoxelfeedError } from "../errors.js";
import type { ByteStore } from "./byte-store.js";
import { isObject, type JsonObject, readJson } from "./json.js";
import type { Annotation, ArrayMeta } from "./metadata.js";

/** An image without annotation metadata: 0 is absent, nothing is unknown. */
export const noAnnotation: Annotation = { type: null, absent: null, unknown: null, complementCounts: null };

/** The object at `cellmap.annotation` of a node's attributes; `undefined` when there is none. */
export function cellmapAnnotation(attributes: JsonObject): JsonObject | undefined {
  const { cellmap } = attributes;
  const annotation = isObject(cellmap) ? cellmap.annotation : undefined;
  return isObject(annotation) ? annotation : undefined;
}

/**
 * Reads the annotation of a node's attributes.
 *
 * @param url the node's, for messages
 * @throws `invalid-metadata` for an encoding or counts that are no whole numbers
 */
export function parseAnnotation(attributes: JsonObject, url: string): Annotation {
  const annotation = cellmapAnnotation(attributes);
  if (annotation === undefined) return noAnnotation;
  const type = isObject(annotation.annotation_type) ? annotation.annotation_type : {};
  const encoding = isObject(type.encoding) ? type.encoding : {};
  const code = (name: string) => wholeNumber(encoding[name], `annotation_type.encoding.${name}`, url);
  const counts = annotation.complement_counts;
  const count = (name: string) =>
    isObject(counts) ? (wholeNumber(counts[name], `complement_counts.${name}`, url) ?? 0) : 0;
  return {
    type:
      type.type === "semantic_segmentation"
        ? "semantic"
        : type.type === "instance_segmentation"
          ? "instance"
          : null,
    absent: code("absent"),
    unknown: code("unknown"),
    complementCounts: isObject(counts) ? { absent: count("absent"), unknown: count("unknown") } : null,
  };
}

/** What `first` states, and what it leaves open as `second` states it. */
export function mergeAnnotations(first: Annotation, second: Annotation): Annotation {
  const encoded = first.absent !== null || first.unknown !== null ? first : second;
  return {
    type: first.type ?? second.type,
    absent: encoded.absent,
    unknown: encoded.unknown,
    complementCounts: first.complementCounts ?? second.complementCounts,
  };
}

/**
 * The annotation that stands on an array of the image; one request.
 *
 * @param store rooted at the image's group
 */
export async function readArrayAnnotation(
  store: ByteStore,
  { path, zarrFormat }: Pick<ArrayMeta, "path" | "zarrFormat">,
  signal?: AbortSignal,
): Promise<Annotation> {
  const key = `${path}/${zarrFormat === 3 ? "zarr.json" : ".zattrs"}`.replace(/^\//, "");
  const document = await readJson(store, key, signal);
  const attributes = zarrFormat === 3 ? document?.attributes : document;
  return isObject(attributes) ? parseAnnotation(attributes, `${store.url}/${path}`) : noAnnotation;
}

function wholeNumber(value: unknown, name: string, url: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new VoxelfeedError(
    "invalid-metadata",
    `"cellmap.annotation.${name}" must be a whole number of at most 2^53, got ${JSON.stringify(value)}`,
    { url },
  );
}
