import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { DataType } from "zarrita";
import * as zarr from "zarrita";
import { writeSampleData } from "../../../scripts/sample-data.mjs";

// Each volume takes a second of two cores; of busy ones, many.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let parent: string;
let dir: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "sample-data-"));
  dir = join(parent, "sample");
  await writeSampleData(dir, { size: 64, seed: 3 });
});

afterAll(() => rm(parent, { recursive: true }));

/** Path and hash of each file below a folder. */
async function hashFiles(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  const hashes = files.map(async (file) => {
    const hash = createHash("sha256").update(await readFile(file));
    return `${relative(folder, file)} ${hash.digest("hex")}`;
  });
  return (await Promise.all(hashes)).sort();
}

/** The data set's files as a zarrita store. */
const store = {
  async get(key: string) {
    return readFile(join(dir, "sample.zarr", key)).then(
      (bytes) => new Uint8Array(bytes),
      () => undefined,
    );
  },
};

async function read<D extends DataType>(path: string) {
  const array = await zarr.open.v2(zarr.root(store).resolve(path), { kind: "array" });
  return zarr.get(array as zarr.Array<D, typeof store>);
}

const em = "recon-1/em/fibsem-uint8";
const crop = (n: number) => `recon-1/labels/groundtruth/crop${n}`;

describe("writeSampleData", () => {
  it("writes the same bytes each time, and others for another seed", async () => {
    await writeSampleData(join(parent, "again"), { size: 64, seed: 3 });
    await writeSampleData(join(parent, "other"), { size: 64, seed: 4 });
    const first = await hashFiles(dir);
    expect(await hashFiles(join(parent, "again"))).toEqual(first);
    expect(await hashFiles(join(parent, "other"))).not.toEqual(first);
  });

  it("leaves finished data alone, and makes anew what is unfinished or of another size", async () => {
    expect(await writeSampleData(dir, { size: 64, seed: 3 })).toEqual({ reused: true });
    const interrupted = join(parent, "interrupted");
    await mkdir(`${interrupted}.partial`);
    await writeFile(join(`${interrupted}.partial`, "half"), "");
    expect(await writeSampleData(interrupted, { size: 32 })).toEqual({ reused: false });
    await expect(access(`${interrupted}.partial`)).rejects.toThrow();
    await expect(access(join(interrupted, "half"))).rejects.toThrow();
    expect(await writeSampleData(interrupted, { size: 40 })).toEqual({ reused: false });
  });

  it("refuses a size that has no pyramid", async () => {
    await expect(writeSampleData(join(parent, "odd"), { size: 30 })).rejects.toThrow(RangeError);
  });

  it("places pooled levels by the centres of their voxels", async () => {
    const { multiscales } = JSON.parse(await readFile(join(dir, "sample.zarr", em, ".zattrs"), "utf8"));
    const translations = multiscales[0].datasets.map(
      (d: { coordinateTransformations: { translation?: number[] }[] }) =>
        d.coordinateTransformations[1].translation?.[0],
    );
    expect(translations).toEqual([0, 4, 12]);
    const [s0, s1] = [await read<"uint8">(`${em}/s0`), await read<"uint8">(`${em}/s1`)];
    expect([s0.shape, s1.shape]).toEqual([
      [64, 64, 64],
      [32, 32, 32],
    ]);
    const at = (z: number, y: number, x: number) => s0.data[(z * 64 + y) * 64 + x];
    let sum = 0;
    for (const dz of [0, 1])
      for (const dy of [0, 1]) for (const dx of [0, 1]) sum += at(10 + dz, 20 + dy, 30 + dx);
    expect(s1.data[(5 * 32 + 10) * 32 + 15]).toBe(Math.floor((sum + 4) / 8));
  });

  it("gives every annotated voxel one class, and an instance unless it is membrane", async () => {
    const names = ["cytoplasm", "membrane", "lumen", "mito"];
    const masks = await Promise.all(names.map((name) => read<"uint8">(`${crop(1)}/${name}/s0`)));
    const instances = await read<"uint64">(`${crop(1)}/instance/s0`);
    expect(instances.data).toBeInstanceOf(BigUint64Array);
    const counts = masks[0].data.map((_, i) => masks.reduce((sum, mask) => sum + mask.data[i], 0));
    expect(counts.every((count) => count === 1)).toBe(true);
    expect(masks[1].data.every((isMembrane, i) => (instances.data[i] === 0n) === (isMembrane === 1))).toBe(
      true,
    );
    const membraneShare = masks[1].data.reduce((a, b) => a + b, 0) / masks[1].data.length;
    expect(membraneShare).toBeGreaterThan(0.08);
    expect(membraneShare).toBeLessThan(0.4);
  });

  it("lists its crops in cellmap-data's form, the third without mitochondria", async () => {
    expect(await readFile(join(dir, "datasplit.csv"), "utf8")).toMatchInlineSnapshot(`
      "train,sample.zarr,recon-1/em/fibsem-uint8,sample.zarr,"recon-1/labels/groundtruth/crop1/[cytoplasm,membrane,lumen,mito]"
      validate,sample.zarr,recon-1/em/fibsem-uint8,sample.zarr,"recon-1/labels/groundtruth/crop2/[cytoplasm,membrane,lumen,mito]"
      train,sample.zarr,recon-1/em/fibsem-uint8,sample.zarr,"recon-1/labels/groundtruth/crop3/[cytoplasm,membrane,lumen]"
      "
    `);
    await expect(access(join(dir, "sample.zarr", crop(3), "mito"))).rejects.toThrow();
  });
});
