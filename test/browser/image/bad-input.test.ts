/** What a user gets for bad input: one typed error that names the place and says what to do. */
import { describe, expect, inject, it } from "vitest";
import {
  createLoader,
  type ErrorCode,
  openDataSplit,
  openDataset,
  openImage,
  type VoxelfeedError,
} from "../../../src/index.js";
import { type FixtureFiles, upload, writeVolume } from "../../helpers/fixtures.js";
import { behave, freshName, serve, serveCrop } from "../../helpers/volumes.js";

const base = { shape: [16, 16, 16], chunk: [8, 8, 8] } as const;
const inputArrays = { raw: { shape: [8, 8, 8], scale: [10, 10, 10] } } as const;

async function serveEdited(edit: (files: FixtureFiles) => void): Promise<string> {
  const files = await writeVolume(base);
  edit(files);
  return await upload(inject("testServer"), freshName("bad"), files);
}

/** Changes a JSON document of a volume. */
function editJson(path: string, edit: (json: Record<string, never>) => unknown) {
  return (files: FixtureFiles): void => {
    const json = JSON.parse(new TextDecoder().decode(files.get(path)));
    files.set(path, new TextEncoder().encode(JSON.stringify(edit(json) ?? json)));
  };
}

type Case = readonly [
  what: string,
  code: ErrorCode,
  message: RegExp,
  place: Record<string, unknown>,
  run: () => Promise<unknown>,
];

const cases: readonly Case[] = [
  [
    "a root that is not there",
    "not-found",
    /nothing|not found|no /i,
    { url: expect.stringContaining("/mem/nowhere") },
    () => openImage(`${inject("testServer")}/mem/nowhere/at/all`),
  ],
  [
    "HTML instead of JSON",
    "invalid-metadata",
    /HTML/,
    { url: expect.stringContaining("http") },
    async () => {
      const url = await serve(base);
      await behave(`${url}/.zattrs`, {
        status: 200,
        body: "<!doctype html><p>Log in",
        contentType: "text/html",
      });
      return await openImage(url);
    },
  ],
  [
    "a plain folder that is no Zarr",
    "not-zarr",
    /Zarr/,
    { url: expect.stringContaining("http") },
    async () => {
      const url = await upload(
        inject("testServer"),
        freshName("plain"),
        new Map([["readme.txt", new Uint8Array(3)]]),
      );
      await behave(`${url}/`, {
        status: 200,
        body: "<html>Index of /",
        contentType: "text/html",
        methods: ["HEAD"],
      });
      await upload(inject("testServer"), new URL(url).pathname.slice(5), new Map([["", new Uint8Array(1)]]));
      return await openImage(url);
    },
  ],
  [
    "an unknown codec",
    "unknown-codec",
    /snappy/,
    { array: "s0", level: 0 },
    async () =>
      await openImage(
        await serveEdited(editJson("s0/.zarray", (json) => ({ ...json, compressor: { id: "snappy" } }))),
      ),
  ],
  [
    "a dataset path that is absent",
    "array-not-found",
    /s0/,
    { array: "s0", level: 0 },
    async () => await openImage(await serveEdited((files) => void files.delete("s0/.zarray"))),
  ],
  [
    "a shape of the wrong rank",
    "invalid-metadata",
    /rank|axes|dimension/i,
    { array: "s0", level: 0 },
    async () =>
      await openImage(
        await serveEdited(editJson("s0/.zarray", (json) => ({ ...json, shape: [16, 16], chunks: [8, 8] }))),
      ),
  ],
  [
    "a pyramid whose scale is 0",
    "invalid-metadata",
    /scale/,
    { level: 0 },
    async () => {
      const scale = (json: Record<string, never>) =>
        JSON.parse(JSON.stringify(json).replace(/"scale":\[10/, '"scale":[0'));
      return await openImage(await serveEdited(editJson(".zattrs", scale)));
    },
  ],
  [
    "classes that do not exist",
    "class-not-found",
    /"mitto".*a, b/s,
    { url: expect.stringContaining("crop") },
    async () => {
      const { raw, target } = await serveCrop();
      const targetArrays = { labels: inputArrays.raw };
      return await openDataset({ raw, target, classes: ["mitto"], inputArrays, targetArrays });
    },
  ],
  [
    "a class that is named but not there",
    "class-not-found",
    /"c"/,
    { url: expect.stringContaining("crop/c") },
    async () => {
      const { raw, root } = await serveCrop();
      const targetArrays = { labels: inputArrays.raw };
      return await openDataset({ raw, target: `${root}/crop/[a,c]`, inputArrays, targetArrays });
    },
  ],
  ...([0, Number.NaN] as const).map(
    (bad): Case => [
      `a scale of ${bad}`,
      "invalid-option",
      /inputArrays\.raw\.scale must be three positive/,
      { path: "inputArrays.raw.scale" },
      () =>
        openDataset({
          raw: "http://localhost/never-asked",
          inputArrays: { raw: { shape: [8, 8, 8], scale: [bad, 10, 10] } },
        }),
    ],
  ),
  [
    "a patch larger than the volume without pad",
    "patch-too-large",
    /pad: true/,
    {},
    async () =>
      await openDataset({
        raw: await serve(base),
        inputArrays: { raw: { shape: [17, 8, 8], scale: [10, 10, 10] } },
      }),
  ],
  [
    "raw and target that share no space",
    "no-overlap",
    /translations/,
    { url: expect.stringContaining("http") },
    async () => {
      const targets = { a: await serve({ ...base, translation: [9000, 0, 0] }) };
      const targetArrays = { labels: inputArrays.raw };
      return await openDataset({ raw: await serve(base), targets, inputArrays, targetArrays });
    },
  ],
  [
    "an unknown option of openDataset",
    "unknown-option",
    /"inputArray".*Did you mean "inputArrays"/,
    { path: expect.stringContaining("inputArray") },
    () => openDataset({ raw: "x", inputArray: {} } as never),
  ],
  [
    "an unknown option of createLoader",
    "unknown-option",
    /"batchsize".*Did you mean "batchSize"/,
    {},
    async () => {
      const dataset = await openDataset({ raw: await serve(base), inputArrays });
      return createLoader(dataset, { batchsize: 4 } as never);
    },
  ],
  [
    "a channel axis without select",
    "select-required",
    /select: \{ ?"?c"?: 0 ?\}/,
    {},
    async () => await openImage(await serve({ ...base, axes: "czyx", otherSizes: { c: 3 } })),
  ],
  [
    "a datasplit that is a web page",
    "invalid-csv",
    /HTML/,
    { url: expect.stringContaining("datasplit.csv") },
    async () => {
      const url = await upload(
        inject("testServer"),
        freshName("split"),
        new Map([["datasplit.csv", new TextEncoder().encode("<html>")]]),
      );
      return await openDataSplit({ csv: `${url}/datasplit.csv`, inputArrays });
    },
  ],
  [
    "a crop of a datasplit that is not there",
    "not-found",
    /line 1 \(.*crop1/,
    {},
    () =>
      openDataSplit({
        csv: "train,v.zarr,em,v.zarr,crop1/[a]",
        baseUrl: `${inject("testServer")}/mem/nothing/`,
        inputArrays,
        targetArrays: { labels: inputArrays.raw },
      }),
  ],
];

describe("bad input", () => {
  it.each(cases)("%s → %s", async (_, code, message, place, run) => {
    const error = (await run().then(
      () => new Error("nothing was thrown"),
      (caught: unknown) => caught,
    )) as VoxelfeedError;
    expect(error).toMatchObject({ name: "VoxelfeedError", code, ...place });
    expect(error.message).toMatch(message);
  });
});
