import { afterAll, describe, expect, it } from "vitest";
import {
  type Backend,
  Engine,
  isVoxelfeedError,
  type Mat3,
  openImage,
  rotation,
  type Vec3,
} from "../../../src/index.js";
import { type FixtureOptions, memoryStore, volumeBytes, writeVolume } from "../../helpers/fixtures.js";
import { readOracle } from "../../helpers/oracle.js";
import { behave, requestsBelow, serve } from "../../helpers/volumes.js";

/** Values that a half float holds exactly. */
const small = (z: number, y: number, x: number): number => ((z * 31 + y * 17 + x * 7) % 512) - 200;

const base: FixtureOptions = { shape: [20, 24, 28], chunk: [8, 8, 8], compressor: "zstd" };

const volumes: readonly (readonly [string, FixtureOptions])[] = [
  ["v2 blosc uint8", { ...base, compressor: "blosc" }],
  ["v3 sharded uint16", { ...base, zarr: 3, dtype: "uint16", shard: { shape: [16, 16, 16], crc: true } }],
  ["xyz order, F, big endian int16", { ...base, axes: "xyz", order: "F", endian: "big", dtype: "int16" }],
  ["anisotropic float32", { ...base, dtype: "float32", voxelSize: [30, 8, 8], translation: [100, -50, 7] }],
  [
    "float16 in micrometres",
    { ...base, dtype: "float16", units: "micrometer", voxelSize: [0.01, 0.01, 0.01], value: small },
  ],
  [
    "float64 with a missing chunk",
    { ...base, dtype: "float64", fill: 3, skip: ([z, y, x]) => z + y + x === 1 },
  ],
];

const turns: readonly (readonly [string, Mat3, Vec3, "linear" | "nearest"])[] = [
  ["straight", rotation([0, 0, 0]), [10, 10, 10], "linear"],
  ["turned", rotation([31, -17, 64]), [11, 9, 13], "linear"],
  ["coarse, over the edge", rotation([90, 0, 0]), [27, 31, 35], "linear"],
  ["labels turned", rotation([12, 40, -80]), [9, 9, 9], "nearest"],
];

describe.each<Backend>(["cpu", "webgpu"])("image.read on %s", (backend) => {
  const engine = new Engine({ backend, workers: 2 });
  afterAll(() => engine.dispose());

  describe.each(volumes)("%s", (_, options) => {
    it.each(turns)("%s", async (_, matrix, scale, interpolation) => {
      const image = await openImage(await serve(options), { engine });
      const { voxelSizeNm, translationNm } = image.levels[0]!;
      const { data, shape } = volumeBytes(options);
      const values = options.dtype === "float16" ? halves(data as Uint16Array) : (data as ArrayLike<number>);
      const center = shape.map((n, a) => translationNm[a]! + (n / 2.2) * voxelSizeNm[a]!) as unknown as Vec3;
      const request = { center, shape: [9, 10, 11] as Vec3, scale, matrix, interpolation, padValue: -2 };
      const read = await image.read({ ...request, dtype: "float32" });
      const volume = { values, shape, voxelSize: voxelSizeNm, translation: translationNm };
      const antialias = interpolation === "linear" ? "box" : "none";
      const oracle = readOracle(volume, { ...request, antialias });
      const numbers = Array.from(values);
      const range = Math.max(...numbers) - Math.min(...numbers);
      for (let i = 0; i < oracle.values.length; i++) {
        if (oracle.tieDistance[i]! < 1e-4) continue;
        expect(read.mask[i]).toBe(oracle.mask[i]);
        const error = Math.abs(read.data[i]! - oracle.values[i]!);
        expect(error).toBeLessThanOrEqual((backend === "cpu" ? 1e-4 : 2e-3) * range);
      }
    });
  });

  it("keeps 64-bit ids exact, by table where they need more than 32 bits", async () => {
    const big = 2n ** 53n + 7n;
    const ids: FixtureOptions = { ...base, dtype: "uint64", value: (z) => (z < 10 ? 5 : big) };
    const image = await openImage(await serve(ids), { engine });
    const request = {
      shape: [4, 4, 4] as Vec3,
      scale: [10, 10, 10] as Vec3,
      interpolation: "nearest" as const,
    };
    const across = await image.read({ ...request, center: [95, 35, 35] });
    expect(across.dtype).toBe("uint32");
    expect([...across.idTable!]).toEqual([0n, 5n, big]);
    expect([...new Set(across.data)]).toEqual([1, 2]);
    const small = await image.read({ ...request, center: [15, 35, 35] });
    expect(small.idTable).toBeNull();
    expect([...new Set(small.data)]).toEqual([5]);
  });

  it("reads through a custom store, on the page, without detaching its bytes", async () => {
    const files = await writeVolume({ ...base, zarr: 3, shard: { shape: [16, 16, 16] } });
    const sizes = [...files.values()].map(({ byteLength }) => byteLength);
    const image = await openImage(memoryStore(files), { engine });
    const request = { center: [35, 35, 35] as Vec3, shape: [8, 8, 8] as Vec3, scale: [10, 10, 10] as Vec3 };
    const { data } = await image.read({ ...request, interpolation: "nearest" });
    const whole = volumeBytes({ ...base, zarr: 3 });
    expect(data[0]).toBe(whole.data[0]);
    expect([...files.values()].map(({ byteLength }) => byteLength)).toEqual(sizes);
  });

  it("reads a directory handle in the workers", async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(`v-${backend}`, {
      create: true,
    });
    for (const [path, bytes] of await writeVolume({ ...base, separator: "/" })) {
      const parts = path.split("/");
      let at = folder;
      for (const part of parts.slice(0, -1)) at = await at.getDirectoryHandle(part, { create: true });
      const writable = await (await at.getFileHandle(parts.at(-1)!, { create: true })).createWritable();
      await writable.write(bytes as Uint8Array<ArrayBuffer>);
      await writable.close();
    }
    const image = await openImage(folder, { engine });
    const read = await image.read({ center: [35, 35, 35], shape: [8, 8, 8], scale: [10, 10, 10] });
    expect(read.data[0]).toBe(volumeBytes(base).data[0]);
  });

  it("carries a worker's error across whole: code, url, array, level and chunk", async () => {
    const url = await serve(base);
    await behave(`${url}/s0/0.0.0`, { status: 200, body: "this is no zstd frame" });
    const image = await openImage(url, { engine });
    const error = await image
      .read({ center: [35, 35, 35], shape: [8, 8, 8], scale: [10, 10, 10] })
      .catch((caught: unknown) => caught);
    expect(isVoxelfeedError(error, "decode")).toBe(true);
    expect(error).toMatchObject({ url: `${url}/s0/0.0.0`, array: "s0", level: 0, chunk: [0, 0, 0] });
  });

  it("rejects an aborted read with the caller's own reason, and cancels its requests", async () => {
    const url = await serve(base);
    const image = await openImage(url, { engine });
    await behave(`${url}/s0/`, { hang: true });
    const abort = new AbortController();
    const read = image.read(
      // One chunk only: the requests that hang must leave a connection for the log.
      { center: [25, 25, 25], shape: [4, 4, 4], scale: [10, 10, 10] },
      { signal: abort.signal },
    );
    await expect.poll(async () => (await requestsBelow(`${url}/s0/0`)).length).toBeGreaterThan(0);
    abort.abort("left");
    await expect(read).rejects.toBe("left");
    await expect
      .poll(async () => (await requestsBelow(`${url}/s0/0`)).every(({ aborted }) => aborted))
      .toBe(true);
  });
});

function halves(bits: Uint16Array): Float64Array {
  return Float64Array.from(bits, (h) => {
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    const sign = h & 0x8000 ? -1 : 1;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  });
}
