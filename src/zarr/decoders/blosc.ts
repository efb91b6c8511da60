/**
 * Blosc 1 containers: a header, a table of blocks, and in each block one or several compressed streams.
 *
 * The container is read here rather than by c-blosc in wasm, whose binding looks neither at the length of its
 * input nor at the return code: a truncated chunk would decode to whatever memory held before.
 *
 * Source: README_HEADER.rst and blosc.c of c-blosc 1.21.
 */
import { decodeBlosclz } from "./blosclz.js";
import { type Decoded, type DecodedSize, type Decoder, sizeFault, viewOf } from "./decoder.js";
import { decodeLz4Block } from "./lz4.js";
import { unshuffleBits, unshuffleBytes } from "./unshuffle.js";

const HEADER_BYTES = 16;
/** The one version of the format that c-blosc 1 writes. */
const FORMAT_VERSION = 2;
/** Blocks of elements up to this size are split into one stream per byte, unless a flag says otherwise. */
const MAX_SPLITS = 16;
const MIN_SPLIT_BYTES = 128;

const flagBits = { shuffle: 0x1, stored: 0x2, bitShuffle: 0x4, notSplit: 0x10 } as const;
const compressors = ["blosclz", "lz4", "snappy", "zlib", "zstd"] as const;

type Compressor = (typeof compressors)[number];

/** Decodes one stream of so many bytes into `memory`, or into memory of its own. */
type StreamDecoder = (source: Uint8Array, memory: Memory) => Uint8Array | Promise<Uint8Array>;

/** Where a stream may be decoded to: allocated when it is asked for. */
interface Memory {
  readonly length: number;
  readonly bytes: () => Uint8Array;
}

interface Container {
  readonly decodedBytes: number;
  readonly blockBytes: number;
  readonly itemSize: number;
  readonly flags: number;
  readonly compressor: Compressor;
}

/**
 * Makes the decoder of blosc containers.
 *
 * @param inner decoders of the compressors that have a form of their own; `zlib` and `zstd`.
 */
export function createBloscDecoder(inner: { readonly zlib: Decoder; readonly zstd: Decoder }): Decoder {
  const fills =
    (decode: (source: Uint8Array, target: Uint8Array) => void): StreamDecoder =>
    (source, memory) => {
      const target = memory.bytes();
      decode(source, target);
      return target;
    };
  const allocates =
    (decode: Decoder): StreamDecoder =>
    async (source, { length }) =>
      (await decode(source, { maxBytes: length, isExact: true })).bytes;
  const streams: Readonly<Record<Exclude<Compressor, "snappy">, StreamDecoder>> = {
    blosclz: fills(decodeBlosclz),
    lz4: fills(decodeLz4Block),
    zlib: allocates(inner.zlib),
    zstd: allocates(inner.zstd),
  };
  return async (bytes, size) => {
    const container = parseHeader(bytes, size);
    const { compressor, decodedBytes, flags } = container;
    if ((flags & flagBits.stored) !== 0) return stored(bytes, decodedBytes);
    if (compressor === "snappy")
      throw new Error("blosc with snappy is not supported; rewrite with zstd or lz4");
    return { bytes: await decodeBlocks(bytes, container, streams[compressor]), isVerified: false };
  };
}

/** Header: version, version of the compressor's format, flags, item size, nbytes, blocksize, cbytes. */
function parseHeader(bytes: Uint8Array, size: DecodedSize): Container {
  if (bytes.byteLength < HEADER_BYTES) throw new Error(`${bytes.byteLength} bytes are no blosc buffer`);
  const view = viewOf(bytes);
  const [version, flags, itemSize] = [view.getUint8(0), view.getUint8(2), view.getUint8(3)];
  const [decodedBytes, blockBytes, encodedBytes] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  if (encodedBytes !== bytes.byteLength) {
    throw new Error(`the header tells of ${encodedBytes} bytes, ${bytes.byteLength} came`);
  }
  const fault = sizeFault(decodedBytes, size);
  if (fault !== undefined) throw new Error(fault);
  if (version !== FORMAT_VERSION) throw new Error(`blosc format ${version} is not known; 2 is`);
  if (itemSize === 0) throw new Error("the header tells of elements without bytes");
  const compressor = compressors[flags >> 5];
  if (compressor === undefined) throw new Error(`blosc compressor ${flags >> 5} is not known`);
  if ((flags & 0x08) !== 0) throw new Error("the header has a reserved flag");
  const isBlockSize = blockBytes > 0 && blockBytes <= decodedBytes;
  if (decodedBytes > 0 && !isBlockSize) {
    throw new Error(`the header tells of blocks of ${blockBytes} bytes in ${decodedBytes}`);
  }
  return { decodedBytes, blockBytes, itemSize, flags, compressor };
}

function stored(bytes: Uint8Array, decodedBytes: number): Decoded {
  if (bytes.byteLength !== HEADER_BYTES + decodedBytes) {
    throw new Error(`${bytes.byteLength} bytes do not hold ${decodedBytes} stored ones`);
  }
  return { bytes: bytes.slice(HEADER_BYTES), isVerified: false };
}

async function decodeBlocks(
  bytes: Uint8Array,
  container: Container,
  decode: StreamDecoder,
): Promise<Uint8Array> {
  const { decodedBytes, blockBytes, itemSize } = container;
  const starts = blockStarts(bytes, container);
  const unshuffle = filterOf(container);
  const target = lazyBytes(decodedBytes);
  const filtered = lazyBytes(Math.min(blockBytes, decodedBytes));
  for (const [block, start] of starts.entries()) {
    const at = block * blockBytes;
    const length = Math.min(blockBytes, decodedBytes - at);
    const place = () => target().subarray(at, at + length);
    const memory = { length, bytes: unshuffle === null ? place : () => filtered().subarray(0, length) };
    const isSplit = length === blockBytes && splits(container);
    const decoded = await decodeStreams(bytes, start, memory, isSplit ? itemSize : 1, decode);
    if (unshuffle !== null) unshuffle(decoded, place(), itemSize);
    else if (length === decodedBytes) return decoded;
    else if (decoded.buffer !== target().buffer) place().set(decoded);
  }
  return target();
}

function filterOf({ flags, itemSize }: Container): typeof unshuffleBytes | null {
  // Of single bytes the byte planes are the bytes.
  if ((flags & flagBits.shuffle) !== 0) return itemSize === 1 ? null : unshuffleBytes;
  return (flags & flagBits.bitShuffle) === 0 ? null : unshuffleBits;
}

/** Memory that is allocated when it is first asked for. */
function lazyBytes(length: number): () => Uint8Array {
  let bytes: Uint8Array | undefined;
  return () => {
    bytes ??= new Uint8Array(length);
    return bytes;
  };
}

function splits({ flags, itemSize, blockBytes }: Container): boolean {
  if ((flags & flagBits.notSplit) !== 0) return false;
  return itemSize <= MAX_SPLITS && Math.floor(blockBytes / itemSize) >= MIN_SPLIT_BYTES;
}

/** The table of blocks; its length follows from the checked sizes and must fit the input. */
function blockStarts(bytes: Uint8Array, { decodedBytes, blockBytes }: Container): number[] {
  const count = decodedBytes === 0 ? 0 : Math.ceil(decodedBytes / blockBytes);
  const tableEnd = HEADER_BYTES + 4 * count;
  if (tableEnd > bytes.byteLength)
    throw new Error(`${bytes.byteLength} bytes do not hold a table of ${count} blocks`);
  const view = viewOf(bytes);
  const starts: number[] = [];
  for (let block = 0; block < count; block++) {
    const start = view.getUint32(HEADER_BYTES + 4 * block, true);
    if (start < tableEnd || start >= bytes.byteLength) {
      throw new Error(`block ${block} starts at byte ${start} of ${bytes.byteLength}`);
    }
    starts.push(start);
  }
  return starts;
}

/** Decodes the streams of one block, each behind its length; a stream as long as what it stands for is stored. */
async function decodeStreams(
  bytes: Uint8Array,
  start: number,
  memory: Memory,
  count: number,
  decode: StreamDecoder,
): Promise<Uint8Array> {
  const view = viewOf(bytes);
  const length = Math.floor(memory.length / count);
  if (length * count !== memory.length) throw new Error("a block does not split into its elements' bytes");
  let position = start;
  let decoded: Uint8Array | undefined;
  for (let stream = 0; stream < count; stream++) {
    if (position + 4 > bytes.byteLength) throw new Error("a block lies beyond the end");
    const encodedLength = view.getUint32(position, true);
    const end = position + 4 + encodedLength;
    if (encodedLength === 0 || end > bytes.byteLength) throw new Error("a stream lies beyond the end");
    const source = bytes.subarray(position + 4, end);
    const place = () => memory.bytes().subarray(stream * length, (stream + 1) * length);
    decoded = encodedLength === length ? source : await decode(source, { length, bytes: place });
    if (count > 1 || decoded === source) {
      if (decoded.buffer !== memory.bytes().buffer) place().set(decoded);
      decoded = memory.bytes();
    }
    position = end;
  }
  return decoded!;
}
