/**
 * Hostile and damaged metadata: each document gives a typed error or the array that it describes, quickly, and
 * whatever it says, no request leaves the dataset's root.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isVoxelfeedError } from "../../src/errors.js";
import { readChunk } from "../../src/zarr/chunks.js";
import type { ImageMeta } from "../../src/zarr/metadata.js";
import { openMultiscale } from "../../src/zarr/open.js";
import { openStore } from "../../src/zarr/store.js";
import { type Documents, type Json, soundVolume, volumeKinds } from "./documents.js";
import { hostileDocuments, hostilePaths } from "./hostile.js";
import { seededRandom } from "./mutate.js";

const isLong = import.meta.env.MODE === "fuzz";
const generatedDocuments = isLong ? 50_000 : 2500;
const deadlineMs = 100;

const root = "https://data.example/volumes/v.zarr";
let served: ReadonlyMap<string, string | Uint8Array>;
let requested: string[];

// The network, and nothing else, is replaced: every URL that is asked for is written down.
beforeEach(() => {
  requested = [];
  vi.stubGlobal("fetch", async (input: string | URL | Request) => {
    const url = new URL(input instanceof Request ? input.url : String(input)).href;
    requested.push(url);
    const path = url.startsWith(`${root}/`) ? decodeURIComponent(url.slice(root.length + 1)) : undefined;
    const body = path === undefined ? undefined : served.get(path);
    return body === undefined
      ? new Response(null, { status: 404 })
      : new Response(body as string | Uint8Array<ArrayBuffer>);
  });
});
afterEach(() => vi.unstubAllGlobals());

function serve(documents: Documents, texts: Readonly<Record<string, string | Uint8Array>> = {}): void {
  const files = Object.entries(documents).map(([path, json]) => [path, JSON.stringify(json)] as const);
  served = new Map([...files, ...Object.entries(texts)]);
}

interface Outcome {
  readonly image?: ImageMeta;
  readonly error?: unknown;
  /** Processor time, so that a machine busy with something else does not count. */
  readonly openMs: number;
}

/** Opens what is served and reads a chunk of each level. */
async function open(): Promise<Outcome> {
  const start = process.cpuUsage();
  const ms = () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  try {
    const store = openStore(root);
    const image = await openMultiscale(store);
    const openMs = ms();
    for (const { array } of image.levels) await readChunk(store, array, [0, 0, 0]).catch(expectTyped);
    return { image, openMs };
  } catch (error) {
    return { error, openMs: ms() };
  }
}

function expectTyped(error: unknown): undefined {
  expect(isVoxelfeedError(error), String((error as Error)?.stack ?? error)).toBe(true);
  return undefined;
}

/** The best of three counts: a garbage collection may come at any time. */
async function openInTime(): Promise<Outcome> {
  let outcome = await open();
  for (let turn = 0; turn < 2 && outcome.openMs >= deadlineMs; turn++) outcome = await open();
  expect(outcome.openMs).toBeLessThan(deadlineMs);
  return outcome;
}

function expectInsideRoot(): void {
  for (const url of requested) {
    expect(url === root || url.startsWith(`${root}/`), `a request left the root: ${url}`).toBe(true);
    expect(decodeURIComponent(url.slice(root.length))).not.toMatch(/(^|\/)\.\.(\/|$)|\\/);
  }
}

/** What the documents say about a level, read without the library. */
function expectAsDescribed(image: ImageMeta, documents: Documents): void {
  for (const { array, voxelSizeNm, translationNm, shape } of image.levels) {
    const document = (documents[`${array.path}/.zarray`] ?? documents[`${array.path}/zarr.json`]) as {
      shape: number[];
      chunks?: number[];
    };
    expect(array.shape).toEqual(document.shape);
    if (array.zarrFormat === 2) expect(array.chunkShape).toEqual(document.chunks);
    expect(shape.every((size) => Number.isSafeInteger(size) && size >= 1)).toBe(true);
    expect(voxelSizeNm.every((size) => Number.isFinite(size) && size > 0)).toBe(true);
    expect(translationNm.every(Number.isFinite)).toBe(true);
  }
}

describe("sound documents", () => {
  it.each(volumeKinds)("%s", async (kind) => {
    serve(soundVolume(kind));
    const { image, error } = await open();
    expect(error).toBeUndefined();
    expect(image!.levels).toHaveLength(2);
    expect(image!.levels[0]).toMatchObject({
      shape: [64, 100, 80],
      voxelSizeNm: [40, 4, 4],
      translationNm: [0, 2, 2],
    });
    expectInsideRoot();
  });
});

describe("hostile documents", () => {
  it("are at least a hundred", () => {
    expect(hostileDocuments.length).toBeGreaterThanOrEqual(100);
    expect(new Set(hostileDocuments.map(({ what }) => what)).size).toBe(hostileDocuments.length);
  });

  it.each(hostileDocuments)("$what", async ({ volume, change, text, codes }) => {
    const documents = soundVolume(volume);
    change?.(documents);
    serve(documents, text);
    const { error } = await openInTime();
    expect(isVoxelfeedError(error), String((error as Error)?.stack ?? error ?? "it was accepted")).toBe(true);
    expect(codes).toContain((error as { code: string }).code);
    expect((error as Error).message.length).toBeLessThan(1000);
    expectInsideRoot();
  });
});

describe("paths that leave the root", () => {
  it.each(hostilePaths)("%j", async (path) => {
    for (const kind of volumeKinds) {
      const text = JSON.stringify(soundVolume(kind)).replaceAll(JSON.stringify("s1"), JSON.stringify(path));
      serve(JSON.parse(text) as Documents);
      expect(await openInTime()).toMatchObject({ error: { code: "invalid-metadata" } });
      expectInsideRoot();
    }
  });

  it("in every text of every document make no request outside", async () => {
    for (const kind of volumeKinds) {
      const places = textPlaces(soundVolume(kind));
      expect(places.length, kind).toBeGreaterThan(20);
      for (const place of places) {
        for (const path of hostilePaths.slice(0, 8)) {
          const documents = soundVolume(kind);
          setAt(documents, place, path);
          serve(documents);
          const { error } = await open();
          if (error !== undefined) expectTyped(error);
        }
      }
      expectInsideRoot();
    }
  }, 60_000);
});

describe("generated documents", () => {
  it(
    "give a typed error or the array that they describe",
    async () => {
      const random = seededRandom(17);
      let opened = 0;
      for (let n = 0; n < generatedDocuments; n++) {
        const documents = soundVolume(volumeKinds[n % 3]!);
        const texts = n % 5 === 4 ? { ...damageText(documents, random) } : {};
        if (n % 5 !== 4) for (let i = 1 + (n % 3); i > 0; i--) damageValue(documents, random);
        serve(documents, texts);
        const { image, error } = await openInTime();
        if (error !== undefined) expectTyped(error);
        else if (Object.keys(texts).length === 0) expectAsDescribed(image!, documents);
        opened += image === undefined ? 0 : 1;
        if (n % 500 === 0) {
          expectInsideRoot();
          requested = [];
        }
      }
      expectInsideRoot();
      expect(opened).toBeGreaterThan(generatedDocuments / 20);
      expect(opened).toBeLessThan(generatedDocuments * 0.8);
    },
    isLong ? 600_000 : 120_000,
  );
});

const values: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  "",
  "a",
  "..",
  "../x",
  "https://evil.example/x",
  "__proto__",
  "constructor",
  "NaN",
  [],
  {},
  [[]],
  [0, 0, 0],
  [1, 1, 1],
  [1e308, 1e308, 1e308],
  ["z", "y", "x"],
  { name: "bytes" },
  { name: "x", must_understand: true },
];

type Place = readonly (string | number)[];

/** Every place in a document at which there is a value. */
function places(value: Json, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [at, ...members.flatMap(([name, member]) => places(member, [...at, name]))];
}

function textPlaces(documents: Documents): Place[] {
  return places(documents).filter((place) => typeof getAt(documents, place) === "string");
}

function getAt(documents: Json, place: Place): Json {
  return place.reduce<Json>((value, name) => (value as { [name: string]: Json })[name]!, documents);
}

function setAt(documents: Documents, place: Place, value: Json): void {
  const holder = getAt(documents, place.slice(0, -1)) as { [name: string]: Json };
  holder[place.at(-1)!] = value;
}

/** Replaces, removes, repeats or adds one value somewhere. */
function damageValue(documents: Documents, random: () => number): void {
  const whole = (limit: number) => Math.floor(random() * limit);
  const candidates = places(documents).filter((place) => place.length > 1);
  const place = candidates[whole(candidates.length)]!;
  const value = structuredClone(values[whole(values.length)]!);
  const holder = getAt(documents, place.slice(0, -1));
  switch (whole(4)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(place.at(-1) as number, 1);
      else delete (holder as { [name: string]: Json })[place.at(-1)!];
      break;
    case 1:
      if (Array.isArray(holder)) holder.push(structuredClone(getAt(documents, place)));
      else (holder as { [name: string]: Json })[`extra${whole(9)}`] = value;
      break;
    default:
      setAt(documents, place, value);
  }
}

/** Damages the text of one document. */
function damageText(documents: Documents, random: () => number): Record<string, string> {
  const whole = (limit: number) => Math.floor(random() * limit);
  const paths = Object.keys(documents);
  const path = paths[whole(paths.length)]!;
  const text = JSON.stringify(documents[path]);
  const at = whole(text.length);
  const pieces = ['"', "{", "]", ",", "\\", "9", "-", "NaN", "Infinity", "\u0000", "[[[[", "e99", "\ud800"];
  const piece = pieces[whole(pieces.length)]!;
  const damaged = [
    text.slice(0, at),
    text.slice(0, at) + piece + text.slice(at),
    text.slice(0, at) + piece + text.slice(at + 1),
    text.slice(0, at) + text.slice(at + 1 + whole(9)),
  ];
  return { [path]: damaged[whole(4)]! };
}
