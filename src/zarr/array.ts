/** Parses the metadata document of one Zarr array (v2 `.zarray`, v3 `zarr.json`) into one form. */
import { VoxelfeedError } from "../errors.js";
import { parseV2 } from "./array-v2.js";
import { parseV3 } from "./array-v3.js";
import { checkCodecs } from "./codec-names.js";
import { sourceItemSize } from "./dtype.js";
import type { JsonObject } from "./json.js";
import type { StoredArray } from "./metadata.js";
import { invalidMember, memberOf } from "./pointer.js";
import { elementCount } from "./sizes.js";

/** Chunks are decoded in one piece; typed arrays and wasm memories end near here. */
const MAX_CHUNK_BYTES = 2 ** 31;
/** Positions in an array are counted in plain numbers. */
const MAX_VOXELS = 2 ** 53;

/**
 * Parses an array's metadata and checks that its chunks can be decoded.
 *
 * @param zarrFormat which of the two documents this is.
 * @param url the document's, for messages.
 * @throws `invalid-metadata`, `unsupported`, `unknown-codec`; the error's URL ends in a JSON pointer.
 */
export function parseArray(document: JsonObject, zarrFormat: 2 | 3, url: string): StoredArray {
  if (document.zarr_format !== zarrFormat) {
    throw invalidMember(memberOf(url, "zarr_format"), `"zarr_format" ${zarrFormat}`, document.zarr_format);
  }
  const array = zarrFormat === 3 ? parseV3(document, url) : parseV2(document, url);
  const { shape, chunkShape, dtype, codecs } = array;
  if (elementCount(shape) > MAX_VOXELS) {
    throw new VoxelfeedError("unsupported", `arrays of more than 2^53 voxels are not supported`, {
      url: memberOf(url, "shape"),
    });
  }
  const chunkBytes = elementCount(chunkShape) * sourceItemSize[dtype];
  if (chunkBytes >= MAX_CHUNK_BYTES) {
    throw new VoxelfeedError(
      "unsupported",
      `one chunk [${chunkShape.join(", ")}] of ${dtype} has ${chunkBytes} bytes; rewrite the array with chunks below 2 GiB`,
      { url },
    );
  }
  checkCodecs(codecs, dtype, shape.length, zarrFormat === 3 ? memberOf(url, "codecs") : url);
  return array;
}
