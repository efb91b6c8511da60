/**
 * Looks at compressed bytes before a codec does.
 *
 * The wasm codecs trust their input: a truncated blosc chunk decodes to whatever memory held before, and zstd
 * never returns on a stray byte at the end. Each guard checks what the format itself says about its length.
 */

/** Says what is wrong with encoded bytes, or `undefined`; `expected` is the decoded size where it is known. */
type Guard = (bytes: Uint8Array, expected: number | undefined) => string | undefined;

/**
 * Checks bytes that are about to enter a codec.
 *
 * @param codec name with or without the `numcodecs.` prefix.
 * @param expected size in bytes of what the codec must give, where the pipeline tells it.
 * @returns what is wrong, in words; `undefined` when nothing is, or the codec has no guard.
 */
export function encodedFault(
  codec: string,
  bytes: Uint8Array,
  expected: number | undefined,
): string | undefined {
  const name = codec.replace(/^numcodecs\./, "");
  return Object.hasOwn(guards, name) ? guards[name]!(bytes, expected) : undefined;
}

const guards: Readonly<Record<string, Guard>> = { blosc: bloscFault, lz4: lz4Fault, zstd: zstdFault };

/** Header: version, codec version, flags, item size, then nbytes, blocksize, cbytes. Source: c-blosc README_HEADER. */
function bloscFault(bytes: Uint8Array, expected: number | undefined): string | undefined {
  if (bytes.byteLength < 16) return `${bytes.byteLength} bytes are no blosc buffer`;
  const header = viewOf(bytes);
  const [decoded, encoded] = [header.getUint32(4, true), header.getUint32(12, true)];
  if (encoded !== bytes.byteLength) return `the header tells of ${encoded} bytes, ${bytes.byteLength} came`;
  return sizeFault(decoded, expected);
}

/** numcodecs writes the decoded size in front of an lz4 block. */
function lz4Fault(bytes: Uint8Array, expected: number | undefined): string | undefined {
  if (bytes.byteLength < 4) return `${bytes.byteLength} bytes are no lz4 buffer`;
  return sizeFault(viewOf(bytes).getUint32(0, true), expected);
}

/** Walks frames and blocks without decoding them. Source: RFC 8878, section 3.1. */
function zstdFault(bytes: Uint8Array, expected: number | undefined): string | undefined {
  const view = viewOf(bytes);
  let position = 0;
  let decoded: number | undefined = 0;
  do {
    const frame = walkZstdFrame(view, position);
    if (typeof frame === "string") return frame;
    position = frame.end;
    decoded =
      decoded === undefined || frame.contentSize === undefined ? undefined : decoded + frame.contentSize;
  } while (position < bytes.byteLength);
  return decoded === undefined ? undefined : sizeFault(decoded, expected);
}

function walkZstdFrame(
  view: DataView,
  start: number,
): string | { end: number; contentSize: number | undefined } {
  const cut = "the zstd frame ends early";
  if (start + 5 > view.byteLength) return start === 0 ? cut : "there are stray bytes after the zstd frame";
  const magic = view.getUint32(start, true);
  if (magic >>> 4 === 0x184d2a5) {
    if (start + 8 > view.byteLength) return cut;
    const end = start + 8 + view.getUint32(start + 4, true);
    return end > view.byteLength ? cut : { end, contentSize: 0 };
  }
  if (magic !== 0xfd2fb528)
    return start === 0 ? "this is no zstd frame" : "there are stray bytes after the zstd frame";
  const descriptor = view.getUint8(start + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const sizeAt = start + 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  let position = sizeAt + sizeBytes;
  for (let isLast = false; !isLast; ) {
    if (position + 3 > view.byteLength) return cut;
    const block = view.getUint16(position, true) | (view.getUint8(position + 2) << 16);
    isLast = (block & 1) === 1;
    const type = (block >> 1) & 3;
    if (type === 3) return "the zstd frame has a reserved block type";
    // A run-length block is one byte, whatever length it stands for.
    position += 3 + (type === 1 ? 1 : block >> 3);
  }
  const end = position + ((descriptor & 4) === 0 ? 0 : 4);
  return end > view.byteLength ? cut : { end, contentSize: zstdContentSize(view, sizeAt, sizeBytes) };
}

function zstdContentSize(view: DataView, at: number, sizeBytes: number): number | undefined {
  if (sizeBytes === 0) return undefined;
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  return sizeBytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function sizeFault(decoded: number, expected: number | undefined): string | undefined {
  if (expected === undefined || decoded === expected) return undefined;
  return `the header tells of ${decoded} decoded bytes, a chunk has ${expected}`;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
