/** What arrays hold: scales, slices, channels, raw-only targets. Answers are counted by hand. */
import { describe, expect, it } from "vitest";
import { type DatasetSpec, isVoxelfeedError, openDataset, type SampleTurn } from "../../../src/index.js";
import { footprint } from "../../../src/math/box.js";
import { numbered, serve, serveTree } from "../../helpers/volumes.js";

const cpu = { backend: "cpu", workers: 1 } as const;
/** Reads stored values as they are. */
const exact = { dtype: "uint8", interpolation: "nearest" } as const;
const raw2 = { raw: { shape: [2, 3], scale: [10, 10], ...exact } } as const;

async function valuesOf(spec: Omit<DatasetSpec, "backend" | "workers">, index: number, turn?: SampleTurn) {
  const dataset = await openDataset({ ...cpu, ...spec });
  try {
    const { arrays, origin } = await dataset.get(index, { turn });
    const entries = Object.entries(arrays).map(([name, { data, shape }]) => [
      name,
      { data: [...data], shape },
    ]);
    return { arrays: Object.fromEntries(entries), origin, dataset };
  } finally {
    dataset.dispose();
  }
}

async function refusal(spec: Omit<DatasetSpec, "backend" | "workers">): Promise<unknown> {
  return await openDataset({ ...cpu, ...spec }).then(
    (dataset) => dataset.dispose(),
    (error: unknown) => error,
  );
}

describe("slices", () => {
  it("lie across z, then y, then x: three datasets in one", async () => {
    const raw = await serve(numbered);
    const dataset = await openDataset({ ...cpu, raw, inputArrays: raw2 });
    // Across z: 6 planes, 5 rows, 4 columns; across y and x as many.
    expect(dataset.length).toBe(3 * 120);
    expect(dataset.crops.map(({ sliceAxis }) => sliceAxis)).toEqual(["z", "y", "x"]);
    const batch = await dataset.getBatch([0, 120, 240]);
    expect(batch.arrays.raw!.shape).toEqual([3, 1, 1, 2, 3]);
    expect([...batch.arrays.raw!.data]).toEqual([
      ...[0, 1, 2, 6, 7, 8],
      ...[0, 1, 2, 36, 37, 38],
      ...[0, 6, 12, 36, 42, 48],
    ]);
    expect(batch.origins.map(({ crop, sliceAxis }) => [crop, sliceAxis])).toEqual([
      [0, "z"],
      [1, "y"],
      [2, "x"],
    ]);
    dataset.dispose();
  });

  it.each([
    ["z", [0, 1, 2, 6, 7, 8]],
    ["y", [0, 1, 2, 36, 37, 38]],
    ["x", [0, 6, 12, 36, 42, 48]],
  ] as const)("lie across %s alone when sliceAxis says so", async (sliceAxis, values) => {
    const raw = await serve(numbered);
    const { arrays, dataset } = await valuesOf({ raw, inputArrays: raw2, sliceAxis }, 0);
    expect(dataset.length).toBe(120);
    expect(arrays.raw).toEqual({ data: values, shape: [1, 1, 2, 3] });
  });

  it("choose the level by the world axes they run along", async () => {
    const raw = await serve({ shape: [8, 32, 32], voxelSize: [40, 10, 10], levels: 2 });
    // Across x: rows of 80 nm along z, columns of 20 nm along y, 20 nm thick: the voxels of level 1.
    const inputArrays = { raw: { shape: [2, 4], scale: [80, 20] } } as const;
    const { origin } = await valuesOf({ raw, inputArrays, sliceAxis: "x" }, 0);
    expect(origin.levels.raw).toEqual([1]);
    // Across z, no level has rows (y) of 80 nm and columns of 20 nm with a thickness of 20 nm but the finest.
    const across = await valuesOf({ raw, inputArrays, sliceAxis: "z" }, 0);
    expect(across.origin.levels.raw).toEqual([0]);
  });

  it("are turned after they are laid across their axis", async () => {
    const raw = await serve(numbered);
    const mirrorZ: SampleTurn["matrix"] = [
      [-1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const turn = { matrix: mirrorZ, drawn: null };
    const { arrays } = await valuesOf({ raw, inputArrays: raw2, sliceAxis: "y" }, 0, turn);
    expect(arrays.raw.data).toEqual([36, 37, 38, 0, 1, 2]);
  });

  it("keep their axis of one voxel unless they are squeezed", async () => {
    const raw = await serve(numbered);
    const inputArrays = { thin: { shape: [2, 1, 3], scale: [10, 10, 10], ...exact } } as const;
    const thin = await valuesOf({ raw, inputArrays }, 0);
    expect(thin.arrays.thin).toEqual({ data: [0, 1, 2, 36, 37, 38], shape: [1, 2, 1, 3] });
    const squeezed = { raw: { ...raw2.raw, squeeze: true } };
    const { arrays } = await valuesOf({ raw, inputArrays: squeezed, sliceAxis: "z" }, 0);
    expect(arrays.raw).toEqual({ data: [0, 1, 2, 6, 7, 8], shape: [1, 2, 3] });
  });

  it.each([
    [{ inputArrays: { ...raw2, vol: { shape: [2, 2, 2], scale: [10, 10, 10] } } }, "inputArrays.vol.shape"],
    [{ inputArrays: { raw: { shape: [2, 3], scale: [10, 10, 10] } } }, "inputArrays.raw.scale"],
    [{ inputArrays: { raw: { shape: [2, 3, 2], scale: [10, 10] } } }, "inputArrays.raw.scale"],
    [{ inputArrays: { raw: { shape: [2, 2, 2], scale: [10, 10, 10] } }, sliceAxis: "z" }, "sliceAxis"],
    [{ inputArrays: raw2, sliceAxis: "w" }, "sliceAxis"],
  ])("are refused where %j makes no sense", async (options, path) => {
    const error = await refusal({ raw: "http://localhost/none", ...options } as never);
    expect(isVoxelfeedError(error, "invalid-option") && error.path).toBe(path);
  });
});

describe("several arrays", () => {
  it("share their centre, each at its own scale: two target arrays really differ", async () => {
    const root = await serveTree({
      raw: { shape: [8, 8, 8], value: (_, __, x) => x },
      "crop/a": { shape: [8, 8, 8], value: (_, __, x) => x },
    });
    const array = (n: number, size: number) =>
      ({ shape: [n, n, n], scale: [size, size, size], dtype: "uint8" }) as const;
    const { arrays, dataset } = await valuesOf(
      {
        raw: `${root}/raw`,
        target: `${root}/crop/[a]`,
        inputArrays: {
          raw: { ...array(2, 10), interpolation: "nearest" },
          wide: { ...array(4, 10), ...exact },
        },
        targetArrays: { fine: array(4, 10), coarse: array(2, 20) },
      },
      0,
    );
    // The largest extent is 40 nm, the largest voxel 20 nm: centres at 20, 40 and 60 nm from the border.
    expect(dataset.length).toBe(27);
    expect(arrays.raw.data.slice(0, 2)).toEqual([1, 2]);
    expect(arrays.wide.data.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(arrays.fine.data.slice(0, 4)).toEqual([0, 1, 2, 3]);
    // Coarse voxels are centred between 0 and 1, and between 2 and 3; halves round up.
    expect(arrays.coarse.data.slice(0, 2)).toEqual([1, 3]);
    expect(arrays.coarse.shape).toEqual([1, 2, 2, 2]);
  });

  it("are read by axis name from a volume stored x, y, z", async () => {
    const inputArrays = { raw: { shape: [2, 3, 4], scale: [10, 10, 10], ...exact } } as const;
    const [plain, turned] = await Promise.all([serve(numbered), serve({ ...numbered, axes: "xyz" })]);
    const expected = await valuesOf({ raw: plain, inputArrays }, 17);
    expect((await valuesOf({ raw: turned, inputArrays }, 17)).arrays).toEqual(expected.arrays);
    expect(expected.arrays.raw.data[0]).toBe(36 * 1 + 6 * 1 + 2);
  });

  it("keep their physical size when an anisotropic patch is transposed", async () => {
    const raw = await serve({
      shape: [8, 8, 32],
      voxelSize: [40, 10, 10],
      dtype: "float32",
      chunk: [8, 8, 8],
      value: (_, __, x) => x * 10,
    });
    const inputArrays = { raw: { shape: [2, 4, 4], scale: [40, 10, 10], antialias: "none" } } as const;
    const swapZX: SampleTurn["matrix"] = [
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ];
    const { arrays, origin } = await valuesOf({ raw, inputArrays }, 40, { matrix: swapZX, drawn: null });
    // The two planes, 40 nm apart, now lie 40 nm apart along x.
    const center = origin.center[2];
    expect(arrays.raw.data.slice(0, 16)).toEqual(new Array(16).fill(center - 20));
    expect(arrays.raw.data.slice(16)).toEqual(new Array(16).fill(center + 20));
  });
});

describe("raw channels", () => {
  const channelled = {
    ...numbered,
    axes: "czyx",
    otherSizes: { c: 2 },
    value: (z: number, y: number, x: number, { c = 0 }: Readonly<Record<string, number>>) =>
      36 * z + 6 * y + x + c,
  };
  const inputArrays = { raw: { shape: [1, 1, 3], scale: [10, 10, 10], ...exact } } as const;

  it("are one that is selected, or all of an axis", async () => {
    const raw = await serve(channelled);
    const one = await valuesOf({ raw, inputArrays, select: { c: 1 } }, 0);
    expect(one.arrays.raw).toEqual({ data: [1, 2, 3], shape: [1, 1, 1, 3] });
    const all = await valuesOf({ raw, inputArrays, channelAxis: "c" }, 0);
    expect(all.arrays.raw).toEqual({ data: [0, 1, 2, 1, 2, 3], shape: [2, 1, 1, 3] });
    expect(all.dataset.arrays[0]!.channels).toEqual(["c0", "c1"]);
  });

  it("are named as the viewer's metadata names them", async () => {
    const omero = { channels: [{ label: "em" }, { label: "prediction" }] };
    const raw = await serve({ ...channelled, attributes: { omero } });
    const { dataset } = await valuesOf({ raw, inputArrays, channelAxis: "c" }, 0);
    expect(dataset.arrays[0]!.channels).toEqual(["em", "prediction"]);
  });

  it("must be said, and of an axis there is", async () => {
    const raw = await serve(channelled);
    expect(isVoxelfeedError(await refusal({ raw, inputArrays }), "select-required")).toBe(true);
    for (const options of [{ channelAxis: "t" }, { channelAxis: "z" }]) {
      const error = await refusal({ raw, inputArrays, ...options });
      expect(isVoxelfeedError(error, "invalid-option") && error.path).toBe("channelAxis");
    }
    const both = await refusal({ raw, inputArrays, channelAxis: "c", select: { c: 0 } });
    expect(isVoxelfeedError(both, "invalid-option") && both.path).toBe("select.c");
  });
});

it("reads target arrays from the raw image where classes is null", async () => {
  const raw = await serve(numbered);
  const target = { shape: [1, 1, 2], scale: [10, 10, 20] } as const;
  const { arrays, dataset } = await valuesOf(
    { raw, classes: null, inputArrays: { raw: { ...target, ...exact } }, targetArrays: { self: target } },
    0,
  );
  expect(dataset.classes).toEqual([]);
  expect(dataset.arrays[1]).toMatchObject({
    role: "target",
    channels: ["raw"],
    spec: { dtype: "float32", interpolation: "linear", mask: true },
  });
  // Means of columns 0 and 1, and of 2 and 3.
  expect(arrays.self).toEqual({ data: [0.5, 2.5], shape: [1, 1, 1, 2] });
});

it("gives all levels of a pyramid the same bounding box", async () => {
  const raw = await serve({
    shape: [16, 24, 32],
    voxelSize: [40, 10, 10],
    translation: [100, 7, -3],
    levels: 3,
  });
  const dataset = await openDataset({
    ...cpu,
    raw,
    inputArrays: { raw: { shape: [2, 2, 2], scale: [40, 10, 10] } },
  });
  const { levels } = dataset.crops[0]!.raw.meta;
  const boxes = levels.map(({ shape, voxelSizeNm, translationNm }) =>
    footprint(shape, voxelSizeNm, translationNm),
  );
  expect(boxes).toEqual(new Array(3).fill(dataset.boundingBox));
  dataset.dispose();
});
