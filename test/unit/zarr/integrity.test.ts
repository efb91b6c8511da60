import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createChunkReader } from "../../../src/zarr/chunks.js";
import { createBrickDecoder } from "../../../src/zarr/codecs.js";
import type { IntegrityManifest } from "../../../src/zarr/integrity.js";
import { openMultiscale } from "../../../src/zarr/open.js";
import { openStore } from "../../../src/zarr/store.js";
import { type FixtureFiles, type FixtureOptions, memoryStore, writeVolume } from "../../helpers/fixtures.js";

const options: FixtureOptions = { shape: [4, 4, 8], chunk: [4, 4, 4], compressor: "blosc" };

const digest = (bytes: Uint8Array, algorithm = "sha256") => createHash(algorithm).update(bytes).digest("hex");

async function openWith(files: FixtureFiles, integrity: unknown) {
  const store = openStore(memoryStore(files));
  const image = await openMultiscale(store, { integrity: integrity as IntegrityManifest });
  const { array } = image.levels[0]!;
  const [read, decode] = [createChunkReader(store, array), createBrickDecoder(array)];
  return async (x: number) => {
    const brick = [0, 0, x] as const;
    const encoded = await read(brick);
    return encoded && (await decode(encoded, { url: "u", brick }));
  };
}

describe("an integrity manifest", () => {
  it.each(["SHA-256", "SHA-384", "SHA-512"] as const)(
    "vouches by %s for what it lists",
    async (algorithm) => {
      const files = await writeVolume(options);
      const name = algorithm.toLowerCase().replace("-", "");
      const chunks = { "s0/0.0.0": digest(files.get("s0/0.0.0")!, name).toUpperCase() };
      const load = await openWith(files, { algorithm, chunks });
      expect(await load(0)).toMatchObject({ isVerified: true });
      expect(await load(1)).toMatchObject({ isVerified: false });
    },
  );

  it("refuses a chunk of other bytes, even one that decodes", async () => {
    const files = await writeVolume(options);
    const chunks = { "s0/0.0.0": digest(files.get("s0/0.0.0")!) };
    files.set("s0/0.0.0", files.get("s0/0.0.1")!);
    const load = await openWith(files, { algorithm: "SHA-256", chunks });
    await expect(load(0)).rejects.toMatchObject({ code: "decode", array: "s0", chunk: [0, 0, 0] });
    expect(await load(1)).toBeDefined();
  });

  it("refuses a listed chunk that is not there", async () => {
    const files = await writeVolume(options);
    const chunks = { "s0/0.0.0": digest(files.get("s0/0.0.0")!) };
    files.delete("s0/0.0.0");
    files.delete("s0/0.0.1");
    const load = await openWith(files, { algorithm: "SHA-256", chunks });
    await expect(load(0)).rejects.toThrow(/not stored/);
    expect(await load(1)).toBeUndefined();
  });

  it("names chunks inside shards as if they were in none", async () => {
    const files = await writeVolume({ ...options, zarr: 3, shard: { shape: [4, 4, 8] } });
    const loose = await writeVolume({ ...options, zarr: 3 });
    const chunks = {
      "s0/c/0/0/1": digest(loose.get("s0/c/0/0/1")!),
      "s0/c/0/0/0": digest(new Uint8Array(1)),
    };
    const load = await openWith(files, { algorithm: "SHA-256", chunks });
    expect(await load(1)).toMatchObject({ isVerified: true });
    await expect(load(0)).rejects.toThrow(/not what was published/);
  });

  it.each<[unknown, string, string]>([
    [{ algorithm: "MD5", chunks: {} }, "invalid-option", "integrity.algorithm"],
    [{ algorithm: "constructor", chunks: {} }, "invalid-option", "integrity.algorithm"],
    [{ algorithm: "SHA-256" }, "invalid-option", "integrity.chunks"],
    [{ algorithm: "SHA-256", chunks: { "s0/0": "abc" } }, "invalid-option", 'integrity.chunks["s0/0"]'],
    [{ algorithm: "SHA-256", chunks: { "s0/0": 5 } }, "invalid-option", 'integrity.chunks["s0/0"]'],
    [{ algorithm: "SHA-256", chunk: {} }, "unknown-option", "integrity.chunk"],
    ["sha", "invalid-option", "integrity"],
  ])("%j is refused", async (manifest, code, path) => {
    await expect(openWith(await writeVolume(options), manifest)).rejects.toMatchObject({ code, path });
  });
});

describe("checksums of codecs", () => {
  it.each([
    ["none", false],
    ["blosc", false],
    ["lz4", false],
    ["zstd", false],
    ["gzip", true],
    ["zlib", true],
  ] as const)("%s: verified is %s", async (compressor, isVerified) => {
    const files = await writeVolume({ ...options, compressor });
    expect(await (await openWith(files, undefined))(0)).toMatchObject({ isVerified });
    const checked = await writeVolume({ ...options, compressor, zarr: 3, checksum: true });
    expect(await (await openWith(checked, undefined))(0)).toMatchObject({ isVerified: true });
  });
});
