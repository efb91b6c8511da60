import { expect, it } from "vitest";
import { createBrickDecoder } from "../../../src/zarr/codecs.js";
import { openMultiscale } from "../../../src/zarr/open.js";
import { openStore } from "../../../src/zarr/store.js";
import { memoryStore, writeVolume } from "../../helpers/fixtures.js";

/** Opens a volume of 2×1×2 voxels whose array metadata is changed, and decodes a chunk given as bytes. */
async function decode(zarr: 2 | 3, change: object, bytes: ArrayBufferView): Promise<ArrayBuffer> {
  const files = await writeVolume({ zarr, dtype: "int16", shape: [2, 1, 2], chunk: [2, 1, 2] });
  const path = zarr === 2 ? "s0/.zarray" : "s0/zarr.json";
  const document = JSON.parse(new TextDecoder().decode(files.get(path)));
  files.set(path, new TextEncoder().encode(JSON.stringify({ ...document, ...change })));
  const { levels } = await openMultiscale(openStore(memoryStore(files)));
  const encoded = new Uint8Array(bytes.buffer as ArrayBuffer);
  const { bytes: brick } = await createBrickDecoder(levels[0]!.array)(encoded, {
    url: "u",
    brick: [0, 0, 0],
  });
  return brick.buffer as ArrayBuffer;
}

it("v2 delta, also on a view that is not aligned", async () => {
  const filters = [{ id: "delta", dtype: "<i2", astype: "<i2" }];
  const stored = new Int16Array([5, -2, 10, 1]);
  expect([...new Int16Array(await decode(2, { filters }, stored))]).toEqual([5, 3, 13, 14]);
});

it("v2 delta in F order runs along the stored order", async () => {
  const change = { filters: [{ id: "delta", dtype: "<i2" }], order: "F" };
  const stored = new Int16Array([5, -2, 10, 1]);
  // Stored z fastest: (z0,x0), (z1,x0), (z0,x1), (z1,x1).
  expect([...new Int16Array(await decode(2, change, stored))]).toEqual([5, 13, 3, 14]);
});

it("v2 delta with big-endian elements", async () => {
  const change = { filters: [{ id: "delta", dtype: ">i2" }], dtype: ">i2" };
  const stored = new Uint8Array([0, 5, 0xff, 0xfe, 0, 10, 0, 1]);
  expect([...new Int16Array(await decode(2, change, stored))]).toEqual([5, 3, 13, 14]);
});

it("v2 shuffle", async () => {
  const change = { filters: [{ id: "shuffle", elementsize: 2 }] };
  const stored = new Uint8Array([1, 2, 3, 4, 0, 0, 1, 1]);
  expect([...new Int16Array(await decode(2, change, stored))]).toEqual([1, 2, 259, 260]);
});

it("v3 scale_offset and cast_value, whose stored dtype is another", async () => {
  const codecs = [
    { name: "scale_offset", configuration: { scale: 0.5, offset: 10 } },
    { name: "cast_value", configuration: { data_type: "uint8", rounding: "nearest-even" } },
    { name: "bytes" },
  ];
  const change = { codecs, data_type: "float32", fill_value: 0 };
  const brick = await decode(3, change, new Uint8Array([0, 1, 2, 200]));
  expect([...new Float32Array(brick)]).toEqual([10, 12, 14, 410]);
});

it("v3 bitround leaves values as they are stored", async () => {
  const codecs = [
    { name: "bitround", configuration: { keepbits: 3 } },
    { name: "bytes", configuration: { endian: "little" } },
  ];
  const stored = new Float32Array([1.5, 2, -3, 0.25]);
  const brick = await decode(3, { codecs, data_type: "float32", fill_value: 0 }, stored);
  expect([...new Float32Array(brick)]).toEqual([1.5, 2, -3, 0.25]);
});

it("a codec that rejects its configuration is a decode error that names it", async () => {
  const codecs = [
    { name: "bitround", configuration: { keepbits: -3 } },
    { name: "bytes", configuration: { endian: "little" } },
  ];
  const decoding = decode(3, { codecs, data_type: "float32", fill_value: 0 }, new Float32Array(4));
  await expect(decoding).rejects.toMatchObject({
    code: "decode",
    message: expect.stringContaining("bitround"),
  });
});
