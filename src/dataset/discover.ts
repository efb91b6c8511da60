/** Which classes a crop's group holds, where nobody named them. */
import { VoxelfeedError } from "../errors.js";
import { cellmapAnnotation } from "../zarr/annotation.js";
import type { ByteStore } from "../zarr/byte-store.js";
import { isObject, type JsonObject, readJson } from "../zarr/json.js";
import { multiscalesOf } from "../zarr/ome.js";

/** An image of CellMap crops that holds all classes as ids; it is no class. */
const aggregate = "all";

/**
 * The classes of a crop, from the first of these that names any: the attributes of its group
 * (`cellmap.annotation.class_names`), its consolidated metadata, a listing of its directory where the store can
 * list. The image named "all" is left out.
 *
 * @param store rooted at the crop's group
 * @throws VoxelfeedError `class-not-found` where none of them does, and what reading throws
 */
export async function discoverClasses(store: ByteStore, signal?: AbortSignal): Promise<readonly string[]> {
  const classes = await findClasses(store, signal);
  if (classes !== null) return classes;
  throw new VoxelfeedError(
    "class-not-found",
    "The target does not say which classes it holds: its group has no cellmap.annotation.class_names and no " +
      'consolidated metadata, and it cannot be listed. Name them: ".../crop1/[membrane,mito]", or pass classes.',
    { url: store.url },
  );
}

/** As {@link discoverClasses}; null where nothing names any. */
export async function findClasses(store: ByteStore, signal?: AbortSignal): Promise<readonly string[] | null> {
  const [v3, attributes] = await Promise.all([
    readJson(store, "zarr.json", signal),
    readJson(store, ".zattrs", signal),
  ]);
  const named =
    (isObject(v3?.attributes) ? namedClasses(v3.attributes) : null) ??
    (attributes === undefined ? null : namedClasses(attributes)) ??
    (isObject(v3?.consolidated_metadata) ? consolidatedV3(v3.consolidated_metadata) : null) ??
    consolidatedV2(await readJson(store, ".zmetadata", signal)) ??
    (await listedClasses(store, signal));
  const classes = named?.filter((name) => name !== aggregate) ?? [];
  return classes.length === 0 ? null : classes;
}

function namedClasses(attributes: JsonObject): readonly string[] | null {
  const names = cellmapAnnotation(attributes)?.class_names;
  return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : null;
}

/** `{ metadata: { "mito": { attributes: { ome: { multiscales } } }, "mito/s0": … } }`. */
function consolidatedV3({ metadata }: JsonObject): readonly string[] | null {
  if (!isObject(metadata)) return null;
  return namesOf(metadata, "", (node) => (isObject(node.attributes) ? node.attributes : {}));
}

/** `{ metadata: { "mito/.zattrs": { multiscales }, "mito/s0/.zarray": … } }`. */
function consolidatedV2(document: JsonObject | undefined): readonly string[] | null {
  return isObject(document?.metadata) ? namesOf(document.metadata, "/.zattrs", (node) => node) : null;
}

function namesOf(
  metadata: JsonObject,
  suffix: string,
  attributesOf: (node: JsonObject) => JsonObject,
): readonly string[] | null {
  const names = Object.entries(metadata).flatMap(([key, node]) => {
    const name = key.endsWith(suffix) ? key.slice(0, key.length - suffix.length) : "";
    const isImage =
      name !== "" && !name.includes("/") && isObject(node) && multiscalesOf(attributesOf(node)) !== undefined;
    return isImage ? [name] : [];
  });
  return names.length === 0 ? null : names.sort();
}

async function listedClasses(store: ByteStore, signal?: AbortSignal): Promise<readonly string[] | null> {
  const folders = (await store.listFolders?.({ signal })) ?? [];
  const checked = await Promise.all(
    folders.map(async (name) => {
      const child = store.child(name);
      const [v3, v2] = await Promise.all([
        readJson(child, "zarr.json", signal),
        readJson(child, ".zattrs", signal),
      ]);
      const attributes = [v3?.attributes, v2].filter(isObject);
      return attributes.some((found) => multiscalesOf(found) !== undefined) ? [name] : [];
    }),
  );
  const names = checked.flat();
  return names.length === 0 ? null : names.sort();
}
