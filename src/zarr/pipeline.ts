/**
 * Runs a chunk's codecs backwards, one at a time: each knows what it may give before it starts.
 *
 * `bytes` and `transpose` are done here: they are a matter of byte order and strides.
 */
import type { SourceDType } from "../types.js";
import { byteCodecs, transposeOrder, valueCodecs } from "./codec-names.js";
import type { Decoded, Decoder } from "./decoders/decoder.js";
import { decodedSizes } from "./decoders/limits.js";
import { type ChunkType, loadDecoder, loadRegisteredCodec } from "./decoders/registry.js";
import type { WasmZstd } from "./decoders/wasm-zstd.js";
import { sourceItemSize } from "./dtype.js";
import { swapBytes, toTypedArray } from "./elements.js";
import type { ArrayMeta, CodecSpec } from "./metadata.js";
import { elementCount } from "./sizes.js";

/** An array-to-array codec; zarrita's registry types every codec as one of bytes. */
interface ValueCodec {
  decode(chunk: StoredChunk): StoredChunk | Promise<StoredChunk>;
}

interface StoredChunk {
  readonly data: ArrayBufferView;
  readonly shape: number[];
  readonly stride: number[];
}

/** Decodes one chunk to little-endian bytes of the array's dtype, in storage order. */
export interface Pipeline {
  /** Source axis of every stored axis, slowest first: C order is 0, 1, 2, … */
  readonly storageOrder: readonly number[];
  /** May return the input's own memory when nothing is compressed. */
  decode(bytes: Uint8Array): Promise<Decoded>;
}

/**
 * Loads the codecs of an array.
 *
 * @param wasmZstd the thread's.
 * @throws what zarrita's codecs throw for a configuration they do not accept.
 */
export async function loadPipeline(array: ArrayMeta, wasmZstd: WasmZstd): Promise<Pipeline> {
  const { codecs, dtype, chunkShape } = array;
  const values = codecs.filter(({ name }) => valueCodecs.includes(name));
  const { valueSteps, storedDType } = await loadValueCodecs(values, dtype, chunkShape);
  const endian = codecs.find(({ name }) => name === "bytes")?.configuration?.endian;
  const itemSize = sourceItemSize[storedDType];
  const expected = elementCount(chunkShape) * itemSize;
  const chunk = chunkType(storedDType, chunkShape);
  const decodeBytes = await loadByteCodecs(byteCodecs(codecs), chunk, expected, wasmZstd);
  const isBigEndian = endian === "big" && itemSize > 1;
  return {
    storageOrder: composeTransposes(codecs, chunkShape.length),
    async decode(bytes) {
      const { bytes: stored, isVerified } = await decodeBytes(bytes);
      if (stored.byteLength !== expected) {
        throw new Error(`the chunk decodes to ${stored.byteLength} bytes instead of ${expected}`);
      }
      const elements = isBigEndian ? swapBytes(stored, itemSize) : stored;
      const decoded =
        valueSteps.length === 0 ? elements : await decodeValues(elements, storedDType, valueSteps);
      return { bytes: decoded, isVerified };
    },
  };
}

async function loadByteCodecs(
  codecs: readonly CodecSpec[],
  chunk: ChunkType,
  chunkBytes: number,
  wasmZstd: WasmZstd,
): Promise<(bytes: Uint8Array) => Promise<Decoded>> {
  const decoders: Decoder[] = [];
  for (const spec of codecs) decoders.push(await named(spec.name, () => loadDecoder(spec, chunk, wasmZstd)));
  const { sizes } = decodedSizes(codecs, chunkBytes);
  return async (bytes) => {
    let decoded: Decoded = { bytes, isVerified: false };
    for (let i = codecs.length - 1; i >= 0; i--) {
      const { bytes: encoded, isVerified } = decoded;
      const next = await named(codecs[i]!.name, () => decoders[i]!(encoded, sizes[i]!));
      decoded = { bytes: next.bytes, isVerified: isVerified || next.isVerified };
    }
    return decoded;
  };
}

async function loadValueCodecs(
  codecs: readonly CodecSpec[],
  dtype: SourceDType,
  chunkShape: readonly number[],
) {
  const valueSteps: { name: string; codec: ValueCodec }[] = [];
  let meta = chunkType(dtype, chunkShape);
  for (const spec of codecs) {
    const codec = await named(spec.name, () => loadRegisteredCodec(spec, meta));
    valueSteps.push({ name: spec.name, codec: codec as unknown as ValueCodec });
    meta = codec.getEncodedMeta?.(meta) ?? meta;
  }
  return { valueSteps, storedDType: meta.dataType as SourceDType };
}

async function decodeValues(
  bytes: Uint8Array,
  dtype: SourceDType,
  steps: readonly { name: string; codec: ValueCodec }[],
): Promise<Uint8Array> {
  const data = toTypedArray(bytes, dtype);
  let chunk: StoredChunk = { data, shape: [data.length], stride: [1] };
  for (const { name, codec } of steps.toReversed())
    chunk = await named(name, async () => codec.decode(chunk));
  return new Uint8Array(chunk.data.buffer, chunk.data.byteOffset, chunk.data.byteLength);
}

function chunkType(dtype: SourceDType, shape: readonly number[]): ChunkType {
  return { dataType: dtype as ChunkType["dataType"], shape: [...shape], codecs: [], fillValue: null };
}

function composeTransposes(codecs: readonly CodecSpec[], rank: number): readonly number[] {
  let order: readonly number[] = Array.from({ length: rank }, (_, axis) => axis);
  for (const codec of codecs) {
    if (codec.name === "transpose") order = transposeOrder(codec, rank).map((axis) => order[axis]!);
  }
  return order;
}

async function named<T>(codec: string, run: () => Promise<T> | T): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new Error(`codec "${codec}": ${(cause as Error)?.message ?? cause}`, { cause });
  }
}
