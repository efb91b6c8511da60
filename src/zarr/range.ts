/** Byte ranges: what was asked for, and whether what came is that. */
import { VoxelfeedError } from "../errors.js";
import type { ByteRange } from "./byte-store.js";

/** A range as messages and the `Range` header write it, such as `bytes=0-15` or `bytes=-16`. */
export function rangeHeader(range: ByteRange): string {
  return "suffixLength" in range
    ? `bytes=-${range.suffixLength}`
    : `bytes=${range.offset}-${range.offset + range.length - 1}`;
}

/**
 * First byte and end of a range in an object of `size` bytes.
 *
 * @throws `range` when the object ends before the range does.
 */
export function resolveRange(range: ByteRange, size: number, url: string): { start: number; end: number } {
  if ("suffixLength" in range) return { start: Math.max(0, size - range.suffixLength), end: size };
  const end = range.offset + range.length;
  if (end > size) throw shortObject(range, size, url);
  return { start: range.offset, end };
}

/** The error of a range that reaches beyond the object's end. */
export function shortObject(
  range: ByteRange,
  size: number | undefined,
  url: string,
  status?: number,
): VoxelfeedError {
  const has = size === undefined ? "is shorter" : `has ${size} bytes`;
  return new VoxelfeedError(
    "range",
    `asked for ${rangeHeader(range)}, but the object ${has}; it is truncated or its index is wrong`,
    { url, status },
  );
}

/** Parses `Content-Range: bytes 0-15/100`; `undefined` when the header is hidden (CORS) or unreadable. */
export function parseContentRange(
  header: string | null,
): { start: number; end: number; size: number | undefined } | undefined {
  const match = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(header ?? "");
  if (match === null) return undefined;
  return {
    start: Number(match[1]),
    end: Number(match[2]) + 1,
    size: match[3] === "*" ? undefined : Number(match[3]),
  };
}

/** A part of `bytes` that owns its memory. */
export function sliceRange(bytes: Uint8Array, range: ByteRange, url: string): Uint8Array {
  const { start, end } = resolveRange(range, bytes.byteLength, url);
  return bytes.slice(start, end);
}
