/** Classes: their order, where they are found, what their values mean. */
import { describe, expect, inject, it } from "vitest";
import {
  combineDatasets,
  type Dataset,
  type DatasetSpec,
  isVoxelfeedError,
  openDataset,
} from "../../../src/index.js";
import { type FixtureOptions, writeVolume } from "../../helpers/fixtures.js";
import { numbered, requestsBelow, serveTree } from "../../helpers/volumes.js";

const patch = { shape: [1, 1, 6], scale: [10, 10, 10] } as const;
const arrays = {
  inputArrays: { raw: patch },
  targetArrays: { labels: patch },
  backend: "cpu",
  workers: 1,
} as const;

/** A label image whose value along x is listed. */
function labels(values: readonly (number | bigint)[], more: Partial<FixtureOptions> = {}): FixtureOptions {
  return { shape: [6, 6, 6], chunk: [4, 4, 4], value: (_, __, x) => values[x]!, ...more };
}

function annotated(encoding: Record<string, number>, type = "semantic_segmentation") {
  return { attributes: { cellmap: { annotation: { annotation_type: { type, encoding } } } } };
}

async function read(spec: Partial<DatasetSpec>) {
  const dataset = await openDataset({ ...arrays, ...spec } as DatasetSpec);
  const { data, mask } = (await dataset.get(0)).arrays.labels!;
  dataset.dispose();
  return { dataset, data: [...data], mask: [...mask!] };
}

async function refusal(spec: Partial<DatasetSpec>): Promise<unknown> {
  return await openDataset({ ...arrays, ...spec } as DatasetSpec).then(
    (dataset) => dataset.dispose(),
    (error: unknown) => error,
  );
}

const a = [1, 0, 0, 0, 0, 0];
const b = [0, 1, 1, 0, 0, 0];

describe("classes", () => {
  it("come in the order given", async () => {
    const root = await serveTree({ raw: numbered, "crop/a": labels(a), "crop/b": labels(b) });
    const spec = { raw: `${root}/raw`, target: `${root}/crop/[a,b]` };
    expect((await read(spec)).data).toEqual([...a, ...b]);
    expect((await read({ ...spec, classes: ["b", "a"] })).data).toEqual([...b, ...a]);
  });

  it.each([
    [
      "the group's attributes",
      { "crop/.zattrs": { cellmap: { annotation: { class_names: ["b", "a"] } } } },
      ["b", "a"],
    ],
    [
      "consolidated metadata of Zarr v2",
      {
        "crop/.zmetadata": {
          zarr_consolidated_format: 1,
          metadata: {
            ".zgroup": { zarr_format: 2 },
            "b/.zattrs": { multiscales: [{}] },
            "a/.zattrs": { multiscales: [{}] },
            "a/s0/.zarray": {},
            "notes/.zattrs": { text: "no image" },
            "all/.zattrs": { multiscales: [{}] },
          },
        },
      },
      ["a", "b"],
    ],
    [
      "consolidated metadata of Zarr v3",
      {
        "crop/zarr.json": {
          zarr_format: 3,
          node_type: "group",
          consolidated_metadata: {
            metadata: {
              a: { attributes: { ome: { multiscales: [{}] } } },
              "a/s0": {},
              extra: { attributes: {} },
            },
          },
        },
      },
      ["a"],
    ],
  ] as const)("are found in %s", async (_, documents, expected) => {
    const root = await serveTree({ raw: numbered, "crop/a": labels(a), "crop/b": labels(b) }, documents);
    const { dataset, data } = await read({ raw: `${root}/raw`, target: `${root}/crop` });
    expect(dataset.classes).toEqual(expected);
    expect(data).toEqual(expected.flatMap((name) => (name === "a" ? a : b)));
  });

  it("are found in a directory by listing it", async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("crop", {
      create: true,
    });
    for (const [name, values] of [
      ["b", b],
      ["a", a],
    ] as const) {
      for (const [path, bytes] of await writeVolume(labels(values))) {
        const parts = [name, ...path.split("/")];
        let directory = folder;
        for (const part of parts.slice(0, -1))
          directory = await directory.getDirectoryHandle(part, { create: true });
        const file = await (await directory.getFileHandle(parts.at(-1)!, { create: true })).createWritable();
        await file.write(bytes as Uint8Array<ArrayBuffer>);
        await file.close();
      }
    }
    await folder.getDirectoryHandle("notes", { create: true });
    const root = await serveTree({ raw: numbered });
    const { dataset, data } = await read({ raw: `${root}/raw`, target: folder });
    expect(dataset.classes).toEqual(["a", "b"]);
    expect(data).toEqual([...a, ...b]);
  });

  it("must be named where nothing tells them", async () => {
    const root = await serveTree({ raw: numbered, "crop/a": labels(a) });
    const error = await refusal({ raw: `${root}/raw`, target: `${root}/crop` });
    expect(isVoxelfeedError(error, "class-not-found")).toBe(true);
    expect((error as Error).message).toContain("Name them");
    expect((await read({ raw: `${root}/raw`, target: `${root}/crop`, classes: ["a"] })).data).toEqual(a);
  });

  it("that the group does not hold are unknown, or an error that names those it holds", async () => {
    const documents = { "crop/.zattrs": { cellmap: { annotation: { class_names: ["a"] } } } };
    const root = await serveTree({ raw: numbered, "crop/a": labels(a) }, documents);
    const spec = { raw: `${root}/raw`, target: `${root}/crop/[a]`, classes: ["c", "a"] };
    const { data, mask } = await read({ ...spec, missingClasses: "unknown" });
    expect(data).toEqual([0, 0, 0, 0, 0, 0, ...a]);
    expect(mask).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    const error = await refusal(spec);
    expect(isVoxelfeedError(error, "class-not-found") && error.message).toContain("the target has: a");
  });
});

describe("codes of the annotation", () => {
  const values = [0, 1, 255, 0, 3, 255];

  it.each([
    ["none: every value as stored", {}, [0, 1, 255, 0, 3, 255], [1, 1, 1, 1, 1, 1]],
    [
      "unknown 255: not counted as present",
      annotated({ absent: 0, present: 1, unknown: 255 }),
      [0, 1, 0, 0, 3, 0],
      [1, 1, 0, 1, 1, 0],
    ],
    ["unknown 0", annotated({ unknown: 0, present: 1 }), [0, 1, 255, 0, 3, 255], [0, 1, 1, 0, 1, 1]],
    ["absent 3", annotated({ absent: 3, present: 1 }), [0, 1, 255, 0, 0, 255], [1, 1, 1, 1, 1, 1]],
  ])("%s", async (_, more, data, mask) => {
    const root = await serveTree({ raw: numbered, "crop/a": labels(values, more) });
    expect(await read({ raw: `${root}/raw`, target: `${root}/crop/[a]` })).toMatchObject({ data, mask });
  });

  it("are read from the array where the group has none", async () => {
    const { attributes } = annotated({ absent: 0, present: 1, unknown: 255 });
    const root = await serveTree(
      { raw: numbered, "crop/a": labels(values) },
      { "crop/a/s0/.zattrs": attributes },
    );
    const { mask } = await read({ raw: `${root}/raw`, target: `${root}/crop/[a]` });
    expect(mask).toEqual([1, 1, 0, 1, 1, 0]);
  });
});

describe("instance ids", () => {
  const ids = [0, 70_000, 3, 3, 0, 9];
  const idsOf = (dtype: "uint32" | "uint64", more = {}) =>
    labels(dtype === "uint64" ? ids.map(BigInt) : ids, { dtype, ...more });

  it.each([
    ["stored in 64 bits", idsOf("uint64")],
    ["declared as instances", idsOf("uint32", annotated({ absent: 0 }, "instance_segmentation"))],
  ])("stay whole where they are %s: uint32 without being asked", async (_, volume) => {
    const root = await serveTree({ raw: numbered, "crop/a": volume });
    const { data, dataset } = await read({ raw: `${root}/raw`, target: `${root}/crop/[a]` });
    expect(data).toEqual(ids);
    expect(dataset.arrays[1]!.spec.dtype).toBe("uint32");
  });

  it("do not widen what is declared semantic, nor what was asked for", async () => {
    const wide = labels([0, 1, 1, 0, 0, 0], { dtype: "uint16", ...annotated({ absent: 0, unknown: 65535 }) });
    const root = await serveTree({ raw: numbered, "crop/a": wide, "crop/b": idsOf("uint64") });
    const spec = { raw: `${root}/raw`, target: `${root}/crop/[a]` };
    expect((await read(spec)).dataset.arrays[1]!.spec.dtype).toBe("uint8");
    const targetArrays = { labels: { ...patch, dtype: "float32" } } as const;
    const asked = await read({ raw: `${root}/raw`, target: `${root}/crop/[b]`, targetArrays });
    expect(asked.data).toEqual(ids);
  });

  it("widen the other crops of a combination", async () => {
    const root = await serveTree({ raw: numbered, "crop1/a": labels(a), "crop2/a": idsOf("uint64") });
    const open = (crop: string): Promise<Dataset> =>
      openDataset({ ...arrays, raw: `${root}/raw`, target: `${root}/${crop}/[a]` });
    const both = combineDatasets(await Promise.all([open("crop1"), open("crop2")]));
    expect(both.arrays[1]!.spec.dtype).toBe("uint32");
    const { data } = (await both.getBatch([0, 36])).arrays.labels!;
    expect(data).toEqual(Uint32Array.from([...a, ...ids]));
    both.dispose();
  });
});

it("refuses NaN for unknown in integers, and unknown of an input", async () => {
  const spec = { raw: "http://localhost/none", target: "http://localhost/none/[a]" };
  const nan = await refusal({ ...spec, targetArrays: { labels: { ...patch, unknown: "nan" } } });
  expect(isVoxelfeedError(nan, "invalid-option") && nan.path).toBe("targetArrays.labels.dtype");
  const input = await refusal({ ...spec, inputArrays: { raw: { ...patch, unknown: "nan" } } });
  expect(isVoxelfeedError(input, "invalid-option") && input.path).toBe("inputArrays.raw.unknown");
});

it("opens the classes that relations need, and only those that can tell something", async () => {
  const unsure = annotated({ absent: 0, unknown: 255 });
  const root = await serveTree({
    raw: numbered,
    "crop/a": labels([1, 255, 255, 0, 0, 0], unsure),
    "crop/b": labels(b),
    "crop/c": labels(b),
    "crop/d": labels(a),
  });
  const dataset = await openDataset({
    ...arrays,
    raw: `${root}/raw`,
    target: `${root}/crop/[a,b,c,d]`,
    classes: ["a", "d"],
    classRelations: { a: ["b", "ghost"], d: ["c"] },
  });
  expect(dataset.arrays[1]).toMatchObject({ hidden: ["b", "ghost", "c"], exclusive: [[2, 3], [4]] });
  const reads = dataset.plan(0).reads.labels!;
  expect(reads.map((read) => read !== null)).toEqual([true, true, true, false, false]);
  const asked = await requestsBelow(`${root}/crop/c/`);
  expect(asked).toEqual([]);
  expect(inject("testServer")).toBe(new URL(root).origin);
  dataset.dispose();
});
