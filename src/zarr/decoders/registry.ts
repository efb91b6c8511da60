/** Which decoder runs a codec: ours for everything that takes bytes at their word, zarrita's for the rest. */
import { registry } from "zarrita";
import { stripCrc32c } from "../crc32c.js";
import type { CodecSpec } from "../metadata.js";
import { createBloscDecoder } from "./blosc.js";
import type { Decoder } from "./decoder.js";
import { baseName } from "./limits.js";
import { decodeLz4 } from "./lz4.js";
import { decodeGzip, decodeZlib } from "./stream.js";
import type { WasmZstd } from "./wasm-zstd.js";
import { createZstdDecoder } from "./zstd.js";

type CodecClass = Awaited<ReturnType<NonNullable<ReturnType<typeof registry.get>>>>;

/** What zarrita's codecs are told of a chunk. */
export type ChunkType = Parameters<CodecClass["fromConfig"]>[1];
/** A codec of zarrita's registry. */
export type RegisteredCodec = ReturnType<CodecClass["fromConfig"]>;

/**
 * Makes the decoder of a codec that makes bytes of bytes.
 *
 * @throws Error when neither we nor zarrita's registry on this thread know the codec, or it rejects its configuration.
 */
export async function loadDecoder(spec: CodecSpec, chunk: ChunkType, wasmZstd: WasmZstd): Promise<Decoder> {
  switch (baseName(spec.name)) {
    case "crc32c":
      return decodeCrc32c;
    case "gzip":
      return decodeGzip;
    case "zlib":
      return decodeZlib;
    case "lz4":
      return decodeLz4;
    case "zstd":
      wasmZstd.preload();
      return createZstdDecoder(wasmZstd);
    case "blosc":
      if (spec.configuration?.cname === "zstd") wasmZstd.preload();
      return createBloscDecoder({ zlib: decodeZlib, zstd: createZstdDecoder(wasmZstd) });
    default:
      return registeredDecoder(await loadRegisteredCodec(spec, chunk));
  }
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
