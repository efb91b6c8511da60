import Blosc from "numcodecs/blosc";
import { describe, expect, it } from "vitest";
import { CHUNK, labelChunk, PERIOD_CHUNKS, rawChunk } from "../../../bench/server/field.mjs";
import { parseVolumeName, Volumes } from "../../../bench/server/volume.mjs";

type Place = readonly [number, number, number];

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const bytesOf = async (volumes: Volumes, path: string) => (await volumes.find(path))?.bytes;

describe("fields", () => {
  it("are the same for the same seed and place, and different for others", () => {
    const at: Place = [1, 2, 3];
    const chunk = rawChunk(7, at);
    expect(isSame(rawChunk(7, at), chunk)).toBe(true);
    expect(isSame(rawChunk(8, at), chunk)).toBe(false);
    expect(isSame(rawChunk(7, [3, 2, 1]), chunk)).toBe(false);
  });

  it("go on smoothly from chunk to chunk, and from the last to the first", () => {
    for (const [left, right] of [
      [0, 1],
      [PERIOD_CHUNKS - 1, 0],
    ] as const) {
      const [a, b] = [labelChunk(3, [0, 0, left]), labelChunk(3, [0, 0, right])];
      let steps = 0;
      for (let row = 0; row < CHUNK ** 2; row++)
        steps += a[row * CHUNK + CHUNK - 1] === b[row * CHUNK] ? 0 : 1;
      // A border of independent masks would differ at four rows of ten.
      expect(steps / CHUNK ** 2).toBeLessThan(0.1);
    }
  });

  it("hold labels of both kinds", () => {
    const present = labelChunk(20, [0, 0, 0]).reduce((sum, value) => sum + value, 0) / CHUNK ** 3;
    expect(present).toBeGreaterThan(0.05);
    expect(present).toBeLessThan(0.6);
  });
});

describe("volumes", () => {
  it("compress as micrographs and as labels do", async () => {
    const volumes = new Volumes();
    const raw = (await bytesOf(volumes, "em-blosc-512/0/1.2.3"))!;
    const label = (await bytesOf(volumes, "label-gzip-512/c2/0/1.2.3"))!;
    expect(CHUNK ** 3 / raw.length).toBeGreaterThan(1.2);
    expect(CHUNK ** 3 / raw.length).toBeLessThan(1.4);
    expect(CHUNK ** 3 / label.length).toBeGreaterThan(20);
    const decoded = await Blosc.fromConfig({ id: "blosc" }).decode(raw);
    expect(isSame(new Uint8Array(decoded), rawChunk(20, [1, 2, 3]))).toBe(true);
  });

  it("answer with documents and chunks inside, and with nothing outside", async () => {
    const volumes = new Volumes();
    const document = JSON.parse(String(await bytesOf(volumes, "em-gzip-65536/0/.zarray")));
    expect(document.shape).toEqual([65536, 65536, 65536]);
    expect(await volumes.find("em-gzip-65536/0/1023.0.1023")).toMatchObject({ isChunk: true });
    for (const path of [
      "em-gzip-512/0/8.0.0",
      "em-gzip-512/1/0.0.0",
      "em-gzip-512/zarr.json",
      "else/0/0.0.0",
    ]) {
      expect(await volumes.find(path), path).toBeNull();
    }
    expect(await volumes.find("label-gzip-512/0/0.0.0")).toBeNull();
  });

  it("repeat, and differ by class and by where they begin", async () => {
    const volumes = new Volumes();
    const first = (await bytesOf(volumes, "em-gzip-65536/0/0.0.0"))!;
    expect(await bytesOf(volumes, `em-gzip-65536/0/${PERIOD_CHUNKS}.0.${2 * PERIOD_CHUNKS}`)).toBe(first);
    expect(isSame((await bytesOf(volumes, "em-gzip-64-5/0/0.0.0"))!, first)).toBe(false);
    const label = (await bytesOf(volumes, "label-gzip-512/c0/0/0.0.0"))!;
    expect(isSame((await bytesOf(volumes, "label-gzip-512/c1/0/0.0.0"))!, label)).toBe(false);
  });
});

describe("parseVolumeName", () => {
  it("reads kind, codec, size and beginning, and refuses the rest", () => {
    expect(parseVolumeName("em-zstd-512")).toEqual({ kind: "em", codec: "zstd", size: 512, first: 0 });
    expect(parseVolumeName("label-gzip-64-17")).toEqual({
      kind: "label",
      codec: "gzip",
      size: 64,
      first: 17,
    });
    expect(parseVolumeName("em-lz4-512")).toBeNull();
    expect(parseVolumeName("em-zstd-")).toBeNull();
  });
});
