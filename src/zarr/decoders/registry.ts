/** Which decoder runs a codec: ours for everything that takes bytes at their word, zarrita's for the rest. */
import { registry } from "zarrita";
import type { CodecSpec } from "../metadata.js";
import { stripCrc32c } from "../strip-crc32c.js";
import type { Decoder } from "./decoder.js";
import { baseName } from "./limits.js";
import type { WasmZstd } from "./wasm-zstd.js";

type CodecClass = Awaited<ReturnType<NonNullable<ReturnType<typeof registry.get>>>>;

/** What zarrita's codecs are told of a chunk. */
export type ChunkType = Parameters<CodecClass["fromConfig"]>[1];
/** A codec of zarrita's registry. */
export type RegisteredCodec = ReturnType<CodecClass["fromConfig"]>;

/**
 * Makes the decoder of a codec that makes bytes of bytes; its code is fetched when an array needs it.
 *
 * @throws Error when neither we nor zarrita's registry on this thread know the codec, or it rejects its configuration.
 */
export async function loadDecoder(spec: CodecSpec, chunk: ChunkType, wasmZstd: WasmZstd): Promise<Decoder> {
  switch (baseName(spec.name)) {
    case "crc32c":
      return decodeCrc32c;
    case "gzip":
      return (await import("./stream.js")).decodeGzip;
    case "zlib":
      return (await import("./stream.js")).decodeZlib;
    case "lz4":
      return (await import("./lz4.js")).decodeLz4;
    case "zstd":
      wasmZstd.preload();
      return (await import("./zstd.js")).createZstdDecoder(wasmZstd);
    case "blosc":
      if (spec.configuration?.cname === "zstd") wasmZstd.preload();
      return await loadBlosc(wasmZstd);
    default:
      return registeredDecoder(await loadRegisteredCodec(spec, chunk));
  }
}

/** A blosc container may hold any of these. */
async function loadBlosc(wasmZstd: WasmZstd): Promise<Decoder> {
  const [{ createBloscDecoder }, { decodeZlib }, { createZstdDecoder }] = await Promise.all([
    import("./blosc.js"),
    import("./stream.js"),
    import("./zstd.js"),
  ]);
  return createBloscDecoder({ zlib: decodeZlib, zstd: createZstdDecoder(wasmZstd) });
}

/** A codec of zarrita's registry, made for a configuration. */
export async function loadRegisteredCodec(
  { name, configuration }: CodecSpec,
  chunk: ChunkType,
): Promise<RegisteredCodec> {
  const Codec = await registry.get(name)?.();
  if (Codec === undefined) throw new Error("it is not in zarrita's registry on this thread");
  return Codec.fromConfig(configuration ?? {}, chunk);
}

const decodeCrc32c: Decoder = (bytes) => {
  const body = stripCrc32c(bytes);
  if (body === undefined) throw new Error("the checksum does not match");
  return { bytes: body, isVerified: true };
};

function registeredDecoder(codec: RegisteredCodec): Decoder {
  return async (bytes, { maxBytes, isExact }) => {
    const decoded: Uint8Array = await codec.decode(bytes);
    const { byteLength } = decoded;
    if (byteLength > maxBytes || (isExact && byteLength < maxBytes)) {
      throw new Error(`it decodes to ${byteLength} bytes instead of ${isExact ? "" : "at most "}${maxBytes}`);
    }
    return { bytes: decoded, isVerified: false };
  };
}
