/** A small raw volume with two labelled crops on the test server, as the loader tests use it. */
import { inject } from "vitest";
import type { Vec3 } from "../../src/types.js";
import { type FixtureOptions, upload, writeVolume } from "./fixtures.js";

let counter = 0;

/** A path on the test server that no other test uses. */
export function freshName(label: string): string {
  return `${label}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${counter++}`;
}

/** Uploads a volume; returns its URL. */
export async function serve(options: FixtureOptions, label = "volume"): Promise<string> {
  return await upload(inject("testServer"), freshName(label), await writeVolume(options));
}

/** Uploads several volumes and JSON documents below one folder, by path; returns the folder's URL. */
export async function serveTree(
  volumes: Readonly<Record<string, FixtureOptions>>,
  documents: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const server = inject("testServer");
  const name = freshName("tree");
  const written = Object.entries(volumes).map(async ([path, options]) =>
    upload(server, `${name}/${path}`, await writeVolume(options)),
  );
  const json = Object.entries(documents).map(
    ([path, document]) => [path, new TextEncoder().encode(JSON.stringify(document))] as const,
  );
  await Promise.all([...written, upload(server, name, new Map(json))]);
  return `${server}/mem/${name}`;
}

/** Values that tell the voxel: 36 z + 6 y + x, of a volume of six voxels along each axis. */
export const numbered: FixtureOptions = {
  shape: [6, 6, 6],
  chunk: [4, 4, 4],
  value: (z, y, x) => 36 * z + 6 * y + x,
};

export const rawVolume: FixtureOptions = {
  shape: [40, 48, 56],
  chunk: [16, 16, 16],
  levels: 2,
  compressor: "blosc",
};

/** Class masks of a crop that begins at voxel (8, 8, 8) of the raw volume. */
export function classVolume(modulus: number): FixtureOptions {
  return {
    shape: [24, 24, 24],
    chunk: [8, 8, 8],
    translation: [80, 80, 80],
    compressor: "gzip",
    value: (z, y, x) => ((z + y + x) % modulus === 0 ? 1 : 0),
  };
}

export const cropOrigin: Vec3 = [8, 8, 8];

/** Raw volume and crop with classes `a` and `b`; `root` is the folder of the crop. */
export async function serveCrop(): Promise<{
  readonly root: string;
  readonly raw: string;
  readonly target: string;
}> {
  const root = `${inject("testServer")}/mem/${freshName("crop")}`;
  const name = root.slice(root.lastIndexOf("/") + 1);
  const server = inject("testServer");
  const [raw] = await Promise.all([
    upload(server, `${name}/raw`, await writeVolume(rawVolume)),
    upload(server, `${name}/crop/a`, await writeVolume(classVolume(2))),
    upload(server, `${name}/crop/b`, await writeVolume(classVolume(3))),
  ]);
  return { root, raw: raw!, target: `${root}/crop/[a,b]` };
}

/** The requests below a URL since the log was last cleared. */
export async function requestsBelow(
  url: string,
): Promise<{ method: string; path: string; aborted: boolean; sent: Record<string, string> }[]> {
  const { origin, pathname } = new URL(url);
  return await (await fetch(`${origin}/_log?prefix=${encodeURIComponent(pathname)}`)).json();
}

/** Tells the server to misbehave below a URL. */
export async function behave(url: string, behaviour: Record<string, unknown>): Promise<void> {
  const { origin, pathname } = new URL(url);
  const body = JSON.stringify({ prefix: pathname, ...behaviour });
  await fetch(`${origin}/_behave`, { method: "POST", body });
}
