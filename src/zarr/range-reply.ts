/** What came for a range request: the bytes that were asked for, checked, or an error. */
import { VoxelfeedError } from "../errors.js";
import { MiB } from "../math/bytes.js";
import { type Reply, readSlice } from "./body.js";
import type { ByteRange } from "./byte-store.js";
import { parseContentRange, rangeHeader, shortObject, sliceRange } from "./range.js";

/** From a server that ignores ranges, no more than this is fetched for a part of an object. */
const MAX_UNASKED_BYTES = 64 * MiB;

/**
 * The bytes of a range from a 206 reply, or from the whole object when the server ignored the range.
 *
 * @throws `range` for other bytes than were asked for; a plain error for a body that ends early.
 */
export async function readRange(reply: Reply, range: ByteRange): Promise<Uint8Array> {
  return reply.response.status === 206 ? await readPart(reply, range) : await cutWhole(reply, range);
}

async function readPart(reply: Reply, range: ByteRange): Promise<Uint8Array> {
  const { response, url } = reply;
  const isSuffix = "suffixLength" in range;
  const wanted = isSuffix ? range.suffixLength : range.length;
  const { bytes } = await readSlice(reply, 0, wanted + 1);
  const sent = parseContentRange(response.headers.get("Content-Range"));
  if (bytes.byteLength > wanted) throw wrongRange(range, "more bytes", url);
  if (sent === undefined) {
    // Hidden by CORS: the length is all there is to check.
    if (bytes.byteLength === wanted || isSuffix) return bytes;
    throw shortObject(range, undefined, url, 206);
  }
  // Thrown plain, so that it counts as a broken connection and is tried again.
  if (bytes.byteLength !== sent.end - sent.start) throw new Error("the body ended early");
  if (isSuffix) {
    const isTail = sent.size === undefined || sent.end === sent.size;
    const isWhole = sent.start === 0 && bytes.byteLength < wanted;
    if (isTail && (bytes.byteLength === wanted || isWhole)) return bytes;
  } else {
    if (sent.start === range.offset && bytes.byteLength === wanted) return bytes;
    if (sent.start === range.offset && sent.end === sent.size) throw shortObject(range, sent.size, url, 206);
  }
  throw wrongRange(range, `bytes ${sent.start}-${sent.end - 1}`, url);
}

async function cutWhole(reply: Reply, range: ByteRange): Promise<Uint8Array> {
  const { response, url } = reply;
  if ("suffixLength" in range) {
    const { bytes, size } = await readSlice(reply, 0, MAX_UNASKED_BYTES + 1);
    if (size === undefined) throw ignoredRange(range, response.status, url);
    return sliceRange(bytes, range, url);
  }
  const end = range.offset + range.length;
  if (end > MAX_UNASKED_BYTES) {
    await response.body?.cancel().catch(() => undefined);
    throw ignoredRange(range, response.status, url);
  }
  const { bytes, size } = await readSlice(reply, range.offset, end);
  if (bytes.byteLength < range.length) throw shortObject(range, size, url);
  return bytes;
}

/** The size that the answer to a HEAD request names. */
export function contentLength({ response, url }: Reply): number {
  const header = response.headers.get("Content-Length");
  if (header !== null && /^\d+$/.test(header)) return Number(header);
  throw new VoxelfeedError(
    "range",
    "the server refuses suffix ranges and hides the object's size; it must support Range: bytes=-N or expose Content-Length",
    { url },
  );
}

function wrongRange(range: ByteRange, came: string, url: string): VoxelfeedError {
  const message = `asked for ${rangeHeader(range)}, but the server sent ${came}`;
  return new VoxelfeedError("range", message, { url, status: 206, retryable: true });
}

function ignoredRange(range: ByteRange, status: number, url: string): VoxelfeedError {
  const message =
    `asked for ${rangeHeader(range)}, but the server ignores ranges, and the object is too large to be fetched ` +
    "whole; a server or proxy that supports HTTP ranges is needed";
  return new VoxelfeedError("range", message, { url, status });
}
