import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VoxelfeedError } from "../../../src/errors.js";
import { openMultiscale } from "../../../src/zarr/open.js";
import { openStore } from "../../../src/zarr/store.js";
import { type FixtureOptions, memoryStore, upload, writeVolume } from "../../helpers/fixtures.js";
import { type LoggedRequest, sharedFolder, startTestServer, type TestServer } from "../../helpers/server.js";

let server: TestServer;
let run = 0;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

type Json = Record<string, unknown>;
type Edit = (document: Json) => unknown;

const small: FixtureOptions = {
  shape: [4, 6, 8],
  chunk: [4, 4, 4],
  voxelSize: [40, 4, 5],
  translation: [100, 0, -3],
};

/** Writes a volume, changes documents, puts it on the server. */
async function publish(
  options: Partial<FixtureOptions> = {},
  edits: Record<string, Edit> = {},
): Promise<string> {
  const files = await writeVolume({ ...small, ...options });
  for (const [path, edit] of Object.entries(edits)) {
    const bytes = files.get(path);
    const document = bytes === undefined ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as Json);
    const edited = edit(document) ?? document;
    if (edited === "delete") files.delete(path);
    else
      files.set(path, new TextEncoder().encode(typeof edited === "string" ? edited : JSON.stringify(edited)));
  }
  return upload(server.url, `open${run++}.zarr`, files);
}

async function open(url: string, select?: Record<string, number>) {
  return openMultiscale(openStore(url), { select });
}

async function failure(url: string, select?: Record<string, number>): Promise<VoxelfeedError> {
  const error: unknown = await open(url, select).then(
    () => new Error("expected a failure"),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(VoxelfeedError);
  expect((error as VoxelfeedError).url?.startsWith(url)).toBe(true);
  return error as VoxelfeedError;
}

/** Edits the first multiscale of v2 attributes. */
const multiscale = (edit: (ms: { axes: Json[]; datasets: Json[] } & Json) => void): Record<string, Edit> => ({
  ".zattrs": (document) => edit((document.multiscales as [{ axes: Json[]; datasets: Json[] } & Json])[0]),
});

describe("geometry", () => {
  it.each([2, 3] as const)("maps axes by name and composes transforms, Zarr v%i", async (zarr) => {
    const image = await open(
      await publish({
        zarr,
        axes: "xtyz",
        levels: 2,
        units: "micrometer",
        voxelSize: [0.04, 0.004, 0.005],
        translation: [0.1, 0, -0.003],
        group: { scale: [2, 1, 1], translation: [1, 2, 3] },
      }),
    );
    expect(image.axes.map(({ name, type, unit }) => [name, type, unit])).toEqual([
      ["x", "space", "micrometer"],
      ["t", "time", undefined],
      ["y", "space", "micrometer"],
      ["z", "space", "micrometer"],
    ]);
    const [fine, coarse] = image.levels;
    expect(fine?.array).toMatchObject({
      path: "s0",
      level: 0,
      zarrFormat: zarr,
      spatialAxes: [3, 2, 0],
      select: [0, 0, 0, 0],
    });
    expect(fine?.shape).toEqual([4, 6, 8]);
    expect(coarse?.shape).toEqual([2, 3, 4]);
    const near = (actual: readonly number[] | undefined, expected: number[]) =>
      expected.forEach((value, i) => void expect(actual?.[i]).toBeCloseTo(value, 6));
    near(fine?.voxelSizeNm, [80, 4, 5]);
    near(coarse?.voxelSizeNm, [160, 8, 10]);
    near(fine?.translationNm, [1200, 2000, 2997]);
    near(coarse?.translationNm, [1240, 2002, 2999.5]);
    near(image.boundingBox.min, [1160, 1998, 2994.5]);
    near(image.boundingBox.max, [1480, 2022, 3034.5]);
    expect(image.notes).toEqual([]);
  });

  it("gives plain data that crosses a thread whole", async () => {
    const image = await open(await publish({ zarr: 3, shard: { shape: [4, 4, 8] } }));
    expect(structuredClone(image)).toEqual(image);
    expect(image.levels[0]?.array.shard).toMatchObject({ chunksPerShard: [1, 1, 2], indexLocation: "end" });
    expect(image.levels[0]?.array.chunkShape).toEqual([4, 4, 4]);
  });

  it("gives a 2-D image a z axis of one voxel of 1 nm", async () => {
    const image = await open(await publish({ axes: "yx", shape: [1, 6, 8] }));
    expect(image.levels[0]).toMatchObject({
      shape: [1, 6, 8],
      brickShape: [1, 4, 4],
      voxelSizeNm: [1, 4, 5],
    });
    expect(image.levels[0]?.array.spatialAxes).toEqual([-1, 0, 1]);
    expect(image.boundingBox.min[0]).toBe(-0.5);
    expect(image.boundingBox.max[0]).toBe(0.5);
  });

  it("applies transforms in the order they are written", async () => {
    const transforms = [
      { type: "translation", translation: [1, 2, 3] },
      { type: "scale", scale: [10, 20, 30] },
      { type: "identity" },
    ];
    const url = await publish(
      {},
      multiscale((ms) => void (ms.datasets[0]!.coordinateTransformations = transforms)),
    );
    expect((await open(url)).levels[0]).toMatchObject({
      voxelSizeNm: [10, 20, 30],
      translationNm: [10, 40, 90],
    });
  });

  it("takes an absent unit as nanometre and says so", async () => {
    const image = await open(await publish({ units: null }));
    expect(image.levels[0]?.voxelSizeNm).toEqual([40, 4, 5]);
    expect(image.notes).toHaveLength(3);
    expect(image.notes[0]).toMatch(/"z".*nanometre/);
  });

  it("takes absent transforms as scale 1", async () => {
    const url = await publish(
      {},
      multiscale((ms) => void delete ms.datasets[0]!.coordinateTransformations),
    );
    const image = await open(url);
    expect(image.levels[0]).toMatchObject({ voxelSizeNm: [1, 1, 1], translationNm: [0, 0, 0] });
    expect(image.notes[0]).toMatch(/s0/);
  });

  it("sorts levels finest first", async () => {
    const image = await open(
      await publish(
        { levels: 2 },
        multiscale((ms) => void ms.datasets.reverse()),
      ),
    );
    expect(image.levels.map(({ array }) => [array.path, array.level])).toEqual([
      ["s0", 0],
      ["s1", 1],
    ]);
  });

  it("keeps 64-bit fill values exact", async () => {
    const max = 2n ** 64n - 1n;
    for (const zarr of [2, 3] as const) {
      const image = await open(await publish({ zarr, dtype: "uint64", fill: max }));
      expect(image.levels[0]?.array.fillBytes).toEqual(Array(8).fill(255));
    }
  });
});

describe("requests", () => {
  it("takes two round trips", async () => {
    const url = await publish({ levels: 3 });
    await open(url);
    const path = new URL(url).pathname;
    const log = (await (await fetch(`${server.url}/_log?prefix=${path}/`)).json()) as LoggedRequest[];
    const asked = log.map((entry) => entry.path.slice(path.length));
    expect(asked.slice(0, 2).toSorted()).toEqual(["/.zattrs", "/zarr.json"]);
    expect(asked.slice(2).toSorted()).toEqual(["/s0/.zarray", "/s1/.zarray", "/s2/.zarray"]);
  });

  it("bears a candidate that is forbidden while the other answers", async () => {
    const url = await publish();
    const prefix = `${new URL(url).pathname}/zarr.json`;
    await fetch(`${server.url}/_behave`, { method: "POST", body: JSON.stringify({ prefix, status: 403 }) });
    expect((await open(url)).levels).toHaveLength(1);
  });

  it("rejects with the reason of an abort", async () => {
    const url = await publish();
    const prefix = new URL(url).pathname;
    await fetch(`${server.url}/_behave`, { method: "POST", body: JSON.stringify({ prefix, hang: true }) });
    const reason = new Error("mine");
    const controller = new AbortController();
    const opening = openMultiscale(openStore(url), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(opening).rejects.toBe(reason);
  });
});

describe("select", () => {
  const channels = { axes: "czyx", otherSizes: { c: 3 } };

  it("is needed for an axis of several entries", async () => {
    const error = await failure(await publish(channels));
    expect(error).toMatchObject({ code: "select-required", array: "s0", level: 0 });
    expect(error.message).toMatch(/axis "c" has 3 entries.*select: \{ c: 0 \}/);
  });

  it("is kept per source axis", async () => {
    const image = await open(await publish(channels), { c: 2 });
    expect(image.levels[0]?.array.select).toEqual([2, 0, 0, 0]);
  });

  it.each([3, -1, 0.5, Number.NaN, "1" as unknown as number])("refuses index %j", async (c) => {
    expect(await failure(await publish(channels), { c })).toMatchObject({
      code: "invalid-option",
      path: "select.c",
    });
  });

  it.each(["z", "q"])("refuses the axis %s", async (name) => {
    expect(await failure(await publish(channels), { c: 0, [name]: 0 })).toMatchObject({
      code: "invalid-option",
    });
  });
});

describe("what is not a multiscale", () => {
  it("nothing at all is not-found", async () => {
    const error = await failure(`${server.url}/mem/nothing.zarr`);
    expect(error).toMatchObject({ code: "not-found", status: 404 });
  });

  it("a folder without Zarr is not-zarr", async () => {
    const url = await upload(server.url, `open${run++}`, new Map([["readme.txt", new Uint8Array(1)]]));
    expect(await failure(url)).toMatchObject({ code: "not-zarr" });
  });

  it("HTML instead of JSON is invalid-metadata that says so", async () => {
    const prefix = "/mem/page.zarr";
    const page = { prefix, status: 200, body: "<!doctype html><title>App</title>", contentType: "text/html" };
    await fetch(`${server.url}/_behave`, { method: "POST", body: JSON.stringify(page) });
    const error = await failure(`${server.url}${prefix}`);
    expect(error).toMatchObject({ code: "invalid-metadata" });
    expect(error.message).toMatch(/HTML/);
  });

  it("broken JSON is invalid-metadata that names the document", async () => {
    const error = await failure(await publish({}, { ".zattrs": () => '{"multiscales": [' }));
    expect(error).toMatchObject({ code: "invalid-metadata" });
    expect(error.url).toMatch(/\.zattrs$/);
  });

  it.each([2, 3] as const)("a group without multiscales is not-multiscale, v%i", async (zarr) => {
    const plain: Record<string, Edit> =
      zarr === 2 ? { ".zattrs": () => "delete" } : { "zarr.json": (d: Json) => ({ ...d, attributes: {} }) };
    const error = await failure(await publish({ zarr }, plain));
    expect(error).toMatchObject({ code: "not-multiscale" });
    expect(error.message).toMatch(/image group/);
  });

  it.each([2, 3] as const)("an array is not-multiscale with a hint, v%i", async (zarr) => {
    const error = await failure(`${await publish({ zarr })}/s0`);
    expect(error).toMatchObject({ code: "not-multiscale" });
    expect(error.message).toMatch(/pass its parent group/);
  });

  it("a forbidden root is forbidden", async () => {
    const prefix = "/mem/secret.zarr";
    await fetch(`${server.url}/_behave`, { method: "POST", body: JSON.stringify({ prefix, status: 403 }) });
    expect(await failure(`${server.url}${prefix}`)).toMatchObject({ code: "forbidden", status: 403 });
  });

  it("a document beyond 16 MiB is refused", async () => {
    const error = await failure(
      await publish({}, { ".zattrs": (d) => JSON.stringify({ ...d, pad: "x".repeat(2 ** 24) }) }),
    );
    expect(error).toMatchObject({ code: "unsupported" });
  });
});

describe("metadata that is wrong", () => {
  const scale = (value: unknown) =>
    multiscale((ms) => {
      ms.datasets[0]!.coordinateTransformations = [{ type: "scale", scale: value }];
    });
  const zarray = (change: Json) => ({ "s0/.zarray": (document: Json) => ({ ...document, ...change }) });

  it.each<[string, string, Record<string, Edit>]>([
    ["a dataset that is not there", "array-not-found", { "s0/.zarray": () => "delete" }],
    [
      "a path out of the root",
      "invalid-metadata",
      multiscale((ms) => void (ms.datasets[0]!.path = "../other")),
    ],
    [
      "an absolute path",
      "invalid-metadata",
      multiscale((ms) => void (ms.datasets[0]!.path = "https://evil.example/x")),
    ],
    ["no path", "invalid-metadata", multiscale((ms) => void delete ms.datasets[0]!.path)],
    ["no datasets", "invalid-metadata", multiscale((ms) => void (ms.datasets.length = 0))],
    ["no multiscale in the list", "invalid-metadata", { ".zattrs": () => ({ multiscales: [] }) }],
    [
      "axes of an older version",
      "unsupported",
      multiscale((ms) => void Object.assign(ms, { axes: ["z", "y", "x"] })),
    ],
    ["two axes of one name", "invalid-metadata", multiscale((ms) => void (ms.axes[0]!.name = "y"))],
    ["no x axis", "invalid-metadata", multiscale((ms) => void (ms.axes[2]!.name = "q"))],
    ["a unit of time", "invalid-metadata", multiscale((ms) => void (ms.axes[0]!.unit = "second"))],
    [
      "fewer axes than the array",
      "invalid-metadata",
      {
        ...multiscale((ms) => {
          ms.axes.shift();
          ms.datasets[0]!.coordinateTransformations = [];
        }),
      },
    ],
    ["a scale of zero", "invalid-metadata", scale([0, 1, 1])],
    ["a negative scale", "invalid-metadata", scale([1, -1, 1])],
    [
      "a scale of NaN",
      "invalid-metadata",
      { ".zattrs": (d) => JSON.stringify(d).replace("[40,4,5]", "[NaN,4,5]") },
    ],
    ["a scale of text", "invalid-metadata", scale(["1", 1, 1])],
    ["a scale of the wrong rank", "invalid-metadata", scale([1, 1])],
    [
      "a transform that shears",
      "unsupported",
      multiscale((ms) => {
        const affine = [
          [40, 1, 0, 0],
          [0, 4, 0, 0],
          [0, 0, 5, 0],
        ];
        ms.datasets[0]!.coordinateTransformations = [{ type: "affine", affine }];
      }),
    ],
    ["a shape of the wrong rank", "invalid-metadata", zarray({ shape: [4, 6] })],
    ["chunks of the wrong rank", "invalid-metadata", zarray({ chunks: [4, 4] })],
    ["an empty axis", "invalid-metadata", zarray({ shape: [0, 6, 8] })],
    ["a chunk size of 0", "invalid-metadata", zarray({ chunks: [0, 4, 4] })],
    ["a fractional size", "invalid-metadata", zarray({ shape: [4.5, 6, 8] })],
    ["no shape", "invalid-metadata", zarray({ shape: null })],
    ["a chunk of 2 GiB", "unsupported", zarray({ chunks: [2048, 1024, 1024] })],
    ["an unknown codec", "unknown-codec", zarray({ compressor: { id: "jpegxl" } })],
    ["an unknown filter", "unknown-codec", zarray({ filters: [{ id: "quantize" }] })],
    ["a codec without id", "invalid-metadata", zarray({ compressor: { level: 1 } })],
    ["a codec of text", "unsupported", zarray({ filters: [{ id: "vlen-utf8" }] })],
    ["strings", "unsupported", zarray({ dtype: "<U8" })],
    ["complex numbers", "unsupported", zarray({ dtype: "<c8" })],
    ["objects", "unsupported", zarray({ dtype: "|O" })],
    ["structures", "unsupported", zarray({ dtype: [["a", "<i4"]] })],
    ["another order", "invalid-metadata", zarray({ order: "Z" })],
    ["another separator", "invalid-metadata", zarray({ dimension_separator: "-" })],
    ["another format", "invalid-metadata", zarray({ zarr_format: 7 })],
    ["a fill value out of range", "invalid-metadata", zarray({ fill_value: 300 })],
  ])("v2: %s is %s", async (_, code, edits) => {
    expect(await failure(await publish({}, edits))).toMatchObject({ code });
  });

  const shard = { zarr: 3, shard: { shape: [4, 4, 8] } } as const;
  const sharding =
    (change: Json): Edit =>
    (document) => {
      const [codec] = document.codecs as [{ configuration: Json }];
      Object.assign(codec.configuration, change);
    };

  it.each<[string, string, Partial<FixtureOptions>, Edit]>([
    ["a group as level", "array-not-found", { zarr: 3 }, () => ({ zarr_format: 3, node_type: "group" })],
    ["strings", "unsupported", { zarr: 3 }, (d) => ({ ...d, data_type: "string" })],
    [
      "an extension type",
      "unsupported",
      { zarr: 3 },
      (d) => ({ ...d, data_type: { name: "numpy.datetime64" } }),
    ],
    ["complex numbers", "unsupported", { zarr: 3 }, (d) => ({ ...d, data_type: "complex64" })],
    [
      "an unknown codec",
      "unknown-codec",
      { zarr: 3 },
      (d) => ({ ...d, codecs: [{ name: "bytes" }, { name: "pcodec" }] }),
    ],
    ["codecs of no list", "invalid-metadata", { zarr: 3 }, (d) => ({ ...d, codecs: {} })],
    ["two bytes codecs", "invalid-metadata", { zarr: 3 }, (d) => ({ ...d, codecs: ["bytes", "bytes"] })],
    ["a transpose that repeats", "invalid-metadata", { zarr: 3, order: [0, 1, 1] }, (d) => d],
    ["an irregular grid", "unsupported", { zarr: 3 }, (d) => ({ ...d, chunk_grid: { name: "rectangular" } })],
    [
      "another key encoding",
      "unsupported",
      { zarr: 3 },
      (d) => ({ ...d, chunk_key_encoding: { name: "hilbert" } }),
    ],
    ["storage transformers", "unsupported", { zarr: 3 }, (d) => ({ ...d, storage_transformers: [{}] })],
    [
      "nested shards without an index",
      "invalid-metadata",
      shard,
      sharding({ codecs: [{ name: "sharding_indexed" }] }),
    ],
    ["a shard of no whole chunks", "invalid-metadata", shard, sharding({ chunk_shape: [4, 4, 3] })],
    ["a shard chunk of other rank", "invalid-metadata", shard, sharding({ chunk_shape: [4, 4] })],
    ["an index elsewhere", "invalid-metadata", shard, sharding({ index_location: "middle" })],
    [
      "a compressed index",
      "unsupported",
      shard,
      sharding({ index_codecs: [{ name: "bytes" }, { name: "gzip" }] }),
    ],
    [
      "an unknown inner codec",
      "unknown-codec",
      shard,
      sharding({ codecs: [{ name: "bytes" }, { name: "pcodec" }] }),
    ],
    [
      "a compressed shard",
      "unsupported",
      shard,
      (d) => ({ ...d, codecs: [...(d.codecs as []), { name: "zstd" }] }),
    ],
    [
      "value codecs on float16",
      "unsupported",
      { zarr: 3, dtype: "float16" },
      (d) => ({
        ...d,
        codecs: [{ name: "bitround", configuration: { keepbits: 3 } }, { name: "bytes" }],
      }),
    ],
  ])("v3: %s is %s", async (_, code, options, edit) => {
    expect(await failure(await publish(options, { "s0/zarr.json": edit }))).toMatchObject({
      code,
      array: "s0",
      level: 0,
    });
  });

  it("names the level whose scale is wrong", async () => {
    const url = await publish(
      { levels: 2 },
      multiscale(
        (ms) => void (ms.datasets[1]!.coordinateTransformations = [{ type: "scale", scale: [1, 1, 0] }]),
      ),
    );
    expect(await failure(url)).toMatchObject({ code: "invalid-metadata", array: "s1", level: 1 });
  });

  it("names url, array and level once", async () => {
    const error = await failure(await publish({ levels: 2 }, { "s1/.zarray": () => "delete" }));
    expect(error).toMatchObject({ code: "array-not-found", array: "s1", level: 1 });
    expect(error.message.match(/url /g)).toHaveLength(1);
    expect(error.message).toMatch(/array "s1", level 1/);
  });
});

describe("sources", () => {
  it("opens a custom store", async () => {
    const image = await openMultiscale(openStore(memoryStore(await writeVolume(small))));
    expect(image.url).toBe("store:custom");
    expect(image.levels).toHaveLength(1);
  });

  it("reads bare codec names and multiscales outside of ome", async () => {
    const files = await writeVolume({ ...small, zarr: 3 });
    const parse = (path: string) => JSON.parse(new TextDecoder().decode(files.get(path)));
    const group = parse("zarr.json");
    group.attributes = group.attributes.ome;
    const array = { ...parse("s0/zarr.json"), codecs: ["bytes"], chunk_key_encoding: "default" };
    files.set("zarr.json", new TextEncoder().encode(JSON.stringify(group)));
    files.set("s0/zarr.json", new TextEncoder().encode(JSON.stringify(array)));
    const image = await openMultiscale(openStore(memoryStore(files)));
    expect(image.levels[0]?.array).toMatchObject({
      codecs: [{ name: "bytes" }],
      chunkKey: { style: "default", separator: "/" },
    });
  });
});

const hasData = sharedFolder() !== undefined;
describe.skipIf(!hasData)("the sample data", () => {
  it("opens the v2 volume", async () => {
    const image = await open(`${server.url}/shared/data/medulla.zarr/recon-1/em/fibsem-uint8`);
    expect(image.dtype).toBe("uint8");
    expect(image.levels.map(({ shape }) => shape)).toEqual([
      [250, 250, 250],
      [125, 125, 125],
      [62, 62, 62],
    ]);
    expect(image.boundingBox).toEqual({ min: [-5, -5, -5], max: [2495, 2495, 2495] });
    expect(image.levels[2]?.translationNm).toEqual([15, 15, 15]);
  });

  it("opens the v3 volume and the labels", async () => {
    const raw = await open(`${server.url}/shared/data/medulla-v3.zarr/raw`);
    expect(raw.levels[0]).toMatchObject({ brickShape: [32, 32, 32], shape: [250, 250, 250] });
    expect(raw.levels[0]?.array.shard?.chunksPerShard).toEqual([4, 4, 4]);
    const labels = await open(
      `${server.url}/shared/data/medulla.zarr/recon-1/labels/groundtruth/crop1/instance`,
    );
    expect(labels.dtype).toBe("uint64");
    expect(labels.boundingBox.min).toEqual([195, 195, 195]);
  });
});
