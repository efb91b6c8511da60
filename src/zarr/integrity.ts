/** Digests of stored chunks, given by the user: what was fetched is what was published, or an error. */
import { VoxelfeedError } from "../errors.js";
import { checkKeys, invalid } from "../options.js";
import { crc32c } from "./crc32c.js";

const digestBytes = { "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 } as const;

export type DigestAlgorithm = keyof typeof digestBytes;

/** Digests of an image's chunks as stored; plain JSON. */
export interface IntegrityManifest {
  readonly algorithm: DigestAlgorithm;
  /**
   * Hexadecimal digest by the chunk's path below the image, such as `s0/0.1.2` or `s0/c/0/1/2`. A chunk inside a
   * shard is named as if it were not in one. Chunks that are not listed are read unverified.
   */
  readonly chunks: Readonly<Record<string, string>>;
}

/** The digests of one array. */
export interface ChunkDigests {
  readonly algorithm: DigestAlgorithm;
  /** Hexadecimal digest by path below the image. */
  readonly chunks: ReadonlyMap<string, string>;
  /** Tells the digests of one manifest from those of another. */
  readonly fingerprint: number;
}

/**
 * Checks a manifest.
 *
 * @param path of the option, for messages.
 * @throws `invalid-option`, `unknown-option`
 */
export function checkManifest(manifest: IntegrityManifest, path: string): void {
  checkKeys(manifest, ["algorithm", "chunks"], path);
  const { algorithm, chunks } = manifest;
  if (!Object.hasOwn(digestBytes, algorithm)) {
    throw invalid(`${path}.algorithm`, `one of ${Object.keys(digestBytes).join(", ")}`, algorithm);
  }
  if (typeof chunks !== "object" || chunks === null) {
    throw invalid(`${path}.chunks`, "digests by the chunk's path", chunks);
  }
  const digits = 2 * digestBytes[algorithm];
  const form = new RegExp(`^[0-9a-f]{${digits}}$`, "i");
  for (const [chunk, digest] of Object.entries(chunks)) {
    if (typeof digest === "string" && form.test(digest)) continue;
    throw invalid(`${path}.chunks[${JSON.stringify(chunk)}]`, `${digits} hexadecimal digits`, digest);
  }
}

/** The part of a checked manifest that is about one array; `undefined` when none is. */
export function digestsOf(
  { algorithm, chunks }: IntegrityManifest,
  arrayPath: string,
): ChunkDigests | undefined {
  const prefix = arrayPath === "" ? "" : `${arrayPath}/`;
  const own = Object.entries(chunks).filter(([chunk]) => chunk.startsWith(prefix));
  if (own.length === 0) return undefined;
  const text = JSON.stringify([algorithm, own]).toLowerCase();
  return { algorithm, chunks: new Map(own), fingerprint: crc32c(new TextEncoder().encode(text)) };
}

/**
 * Holds a chunk against its digest; a chunk that is not listed passes.
 *
 * @param chunk path below the image.
 * @param bytes as stored; `undefined` where nothing is.
 * @throws `decode` for other bytes than were published, and for a listed chunk that is not there.
 */
export async function verifyChunk(
  digests: ChunkDigests,
  chunk: string,
  bytes: Uint8Array | undefined,
  url: string,
): Promise<void> {
  const expected = digests.chunks.get(chunk);
  if (expected === undefined) return;
  if (bytes === undefined) {
    throw new VoxelfeedError("decode", "the integrity manifest lists the chunk, but it is not stored", {
      url,
    });
  }
  const digest = new Uint8Array(
    await crypto.subtle.digest(digests.algorithm, bytes as Uint8Array<ArrayBuffer>),
  );
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found === expected.toLowerCase()) return;
  const message = `the chunk's ${digests.algorithm} is ${found} instead of ${expected}; it is not what was published`;
  throw new VoxelfeedError("decode", message, { url });
}
