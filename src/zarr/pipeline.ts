/**
 * Runs a chunk's codecs backwards: zarrita's codecs one at a time, so that each one's input can be checked first.
 *
 * `bytes`, `transpose` and `crc32c` are done here: the first two are a matter of byte order and strides, and
 * zarrita drops checksums without looking.
 */
import { registry } from "zarrita";
import type { SourceDType } from "../types.js";
import { transposeOrder, valueCodecs } from "./codec-names.js";
import { stripCrc32c } from "./crc32c.js";
import { sourceItemSize } from "./dtype.js";
import { swapBytes, toTypedArray } from "./elements.js";
import { encodedFault } from "./guards.js";
import type { ArrayMeta, CodecSpec } from "./metadata.js";
import { elementCount } from "./sizes.js";

type CodecClass = Awaited<ReturnType<NonNullable<ReturnType<typeof registry.get>>>>;
type ChunkType = Parameters<CodecClass["fromConfig"]>[1];
type LoadedCodec = ReturnType<CodecClass["fromConfig"]>;

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
  decode(bytes: Uint8Array): Promise<Uint8Array>;
}

/**
 * Loads the codecs of an array.
 *
 * @throws what zarrita's codecs throw for a configuration they do not accept.
 */
export async function loadPipeline({ codecs, dtype, chunkShape }: ArrayMeta): Promise<Pipeline> {
  const values = codecs.filter(({ name }) => valueCodecs.includes(name));
  const compressors = codecs.filter(
    ({ name }) => name !== "bytes" && name !== "transpose" && !valueCodecs.includes(name),
  );
  const { valueSteps, storedDType } = await loadValueCodecs(values, dtype, chunkShape);
  const endian = codecs.find(({ name }) => name === "bytes")?.configuration?.endian;
  const itemSize = sourceItemSize[storedDType];
  const steps = await loadCompressors(compressors, storedDType, chunkShape);
  const isBigEndian = endian === "big" && itemSize > 1;
  return {
    storageOrder: composeTransposes(codecs, chunkShape.length),
    async decode(bytes) {
      let decoded = bytes;
      for (const step of steps.toReversed()) decoded = await step(decoded);
      const expected = elementCount(chunkShape) * itemSize;
      if (decoded.byteLength !== expected) {
        throw new Error(`the chunk decodes to ${decoded.byteLength} bytes instead of ${expected}`);
      }
      if (isBigEndian) decoded = swapBytes(decoded, itemSize);
      return valueSteps.length === 0 ? decoded : await decodeValues(decoded, storedDType, valueSteps);
    },
  };
}

type Step = (bytes: Uint8Array) => Promise<Uint8Array>;

async function loadCompressors(
  codecs: readonly CodecSpec[],
  dtype: SourceDType,
  chunkShape: readonly number[],
): Promise<Step[]> {
  const meta = chunkType(dtype, chunkShape);
  let size: number | undefined = elementCount(chunkShape) * sourceItemSize[dtype];
  const steps: Step[] = [];
  for (const spec of codecs) {
    const expected: number | undefined = size;
    if (spec.name === "crc32c") {
      steps.push(async (bytes) => verified(bytes));
      size = size === undefined ? undefined : size + 4;
      continue;
    }
    const codec = await loadCodec(spec, meta);
    steps.push((bytes) => named(spec.name, () => guarded(spec.name, codec, bytes, expected)));
    // Shuffling keeps the length; what a compressor makes has none that is known.
    if (spec.name !== "numcodecs.shuffle") size = undefined;
  }
  return steps;
}

async function guarded(name: string, codec: LoadedCodec, bytes: Uint8Array, expected: number | undefined) {
  const fault = encodedFault(name, bytes, expected);
  if (fault !== undefined) throw new Error(fault);
  return codec.decode(bytes);
}

function verified(bytes: Uint8Array): Uint8Array {
  const body = stripCrc32c(bytes);
  if (body === undefined) throw new Error('codec "crc32c": the checksum does not match');
  return body;
}

async function loadValueCodecs(
  codecs: readonly CodecSpec[],
  dtype: SourceDType,
  chunkShape: readonly number[],
) {
  const valueSteps: { name: string; codec: ValueCodec }[] = [];
  let meta = chunkType(dtype, chunkShape);
  for (const spec of codecs) {
    const codec = await loadCodec(spec, meta);
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

async function loadCodec({ name, configuration }: CodecSpec, meta: ChunkType): Promise<LoadedCodec> {
  return named(name, async () => {
    const Codec = await registry.get(name)?.();
    if (Codec === undefined) throw new Error("it is not in zarrita's registry on this thread");
    // Compressors decode without their settings; some reject settings that other writers use.
    const isCompressor = /^(numcodecs\.)?(blosc|gzip|lz4|zlib|zstd)$/.test(name);
    return Codec.fromConfig(isCompressor ? {} : (configuration ?? {}), meta);
  });
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
