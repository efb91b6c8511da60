/** Documents that an image was made of the last time are asked for at once; what counts is what comes now. */
import { promisifyRequest } from "idb-keyval";
import { expect, inject, it, vi } from "vitest";
import { clearCache, openDataset, openImage } from "../../../src/index.js";
import { upload, writeVolume } from "../../helpers/fixtures.js";
import { behave, freshName, requestsBelow, serve } from "../../helpers/volumes.js";

const shape = [16, 16, 16] as const;
const pyramid = { shape, levels: 3 } as const;

/** Paths below a URL that are asked for while the group's document is still to come. */
async function askedEarly(url: string, group: string): Promise<string[]> {
  await behave(`${url}/${group}`, { hang: true });
  const before = (await requestsBelow(url)).length;
  const leave = new AbortController();
  const opening = openImage(url, { signal: leave.signal }).catch(() => {});
  await vi.waitFor(async () => expect((await requestsBelow(url)).length).toBeGreaterThan(before));
  await new Promise((done) => setTimeout(done, 200));
  const asked = (await requestsBelow(url)).slice(before).map(({ path }) => path);
  leave.abort();
  await opening;
  await behave(`${url}/${group}`, {});
  return asked.map((path) => path.slice(new URL(url).pathname.length + 1)).sort();
}

/** Opens it, and waits until that is remembered. */
async function visit(url: string): Promise<void> {
  (await openImage(url)).dispose();
  await new Promise((done) => setTimeout(done, 200));
}

const groups = { 2: [".zattrs", "zarr.json"], 3: ["zarr.json", ".zattrs"] } as const;

for (const zarr of [2, 3] as const) {
  const [group, other] = groups[zarr];
  const levels = ["s0", "s1", "s2"].map((path) => `${path}/${zarr === 2 ? ".zarray" : "zarr.json"}`);

  it(`asks for all levels beside the group, once it has seen them (Zarr v${zarr})`, async () => {
    const url = await serve({ ...pyramid, zarr });
    expect(await askedEarly(url, group)).toEqual([group, other].sort());
    await visit(url);
    expect(await askedEarly(url, group)).toEqual([group, other, ...levels].sort());
    await clearCache();
    expect(await askedEarly(url, group)).toEqual([group, other].sort());
  });
}

it("asks for nothing twice", async () => {
  const url = await serve(pyramid);
  await visit(url);
  const before = (await requestsBelow(url)).length;
  await visit(url);
  const again = (await requestsBelow(url)).slice(before).map(({ path }) => path);
  expect(new Set(again).size).toBe(again.length);
  expect(again).toHaveLength(5);
});

it("goes by what is there now: fewer levels of another size, and no word of those that are gone", async () => {
  const name = freshName("changed");
  const url = await upload(inject("testServer"), name, await writeVolume(pyramid));
  await visit(url);
  await upload(inject("testServer"), name, await writeVolume({ shape: [8, 8, 8], levels: 2 }));
  await behave(`${url}/s2/`, { status: 403 });
  const image = await openImage(url);
  expect(image.levels.map((level) => level.shape)).toEqual([
    [8, 8, 8],
    [4, 4, 4],
  ]);
  image.dispose();
});

it("an array that is gone is the error that it always is", async () => {
  const url = await serve(pyramid);
  await visit(url);
  await behave(`${url}/s1/`, { status: 404 });
  await expect(openImage(url)).rejects.toMatchObject({ code: "array-not-found", array: "s1", level: 1 });
});

it("remembers what tells a class's annotation too", async () => {
  const raw = await serve({ shape });
  const crop = await serve({ shape });
  const inputArrays = { raw: { shape: [4, 4, 4], scale: [10, 10, 10] } } as const;
  const spec = { raw, inputArrays, targets: { mito: crop }, targetArrays: { labels: inputArrays.raw } };
  (await openDataset(spec)).dispose();
  await new Promise((done) => setTimeout(done, 200));
  const first = (await requestsBelow(crop)).map(({ path }) => path);
  (await openDataset(spec)).dispose();
  const again = (await requestsBelow(crop)).slice(first.length).map(({ path }) => path);
  expect(again.sort()).toEqual(first.sort());
});

it("waits for no database that does not answer", async () => {
  const url = await serve(pyramid);
  await visit(url);
  const held = await promisifyRequest(indexedDB.open("voxelfeed-cache"));
  const deleted = promisifyRequest(indexedDB.deleteDatabase("voxelfeed-cache"));
  const later = await openImage(url);
  expect(later.levels).toHaveLength(3);
  later.dispose();
  held.close();
  await deleted;
  // What was to be kept meanwhile makes the database anew, or is lost with it: neither is an error.
  (await openImage(url)).dispose();
});

it.each([[7], ["s0/.zarray"], [["../elsewhere", 3, "/s0"]]])(
  "opens whatever stands in its record: %j",
  async (value) => {
    const url = await serve(pyramid);
    await visit(url);
    const database = await promisifyRequest(indexedDB.open("voxelfeed-cache"));
    const records = database.transaction("records", "readwrite").objectStore("records");
    const keys = await promisifyRequest(
      records.getAllKeys(IDBKeyRange.bound("documents/", "documents/\uffff")),
    );
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) records.put(value, key);
    database.close();
    const image = await openImage(url);
    expect(image.levels).toHaveLength(3);
    image.dispose();
  },
);
