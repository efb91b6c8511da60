/** The README's code, run as it stands but for the address of the volume. */
import { expect, inject, it, vi } from "vitest";
import readme from "../../README.md?raw";
import * as voxelfeed from "../../src/index.js";
import { upload, writeVolume } from "../helpers/fixtures.js";
import { freshName } from "../helpers/volumes.js";

it("runs the README's first example", async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(19);
  const name = freshName("readme");
  const server = inject("testServer");
  const raw = {
    shape: [64, 96, 96],
    chunk: [32, 32, 32],
    voxelSize: [8, 8, 8],
    compressor: "blosc",
  } as const;
  const label = { ...raw, value: (z: number) => z % 2 };
  const groundTruth = `${name}/recon-1/labels/groundtruth/crop1`;
  await Promise.all([
    upload(server, `${name}/recon-1/em/fibsem-uint8`, await writeVolume(raw)),
    upload(server, `${groundTruth}/membrane`, await writeVolume(label)),
    upload(server, `${groundTruth}/mito`, await writeVolume(label)),
  ]);
  const runnable = code
    .replace(/import (\{[^}]*\}) from "voxelfeed";/, "const $1 = voxelfeed;")
    .replace("http://localhost:5173/data/sample.zarr", `${server}/mem/${name}`);
  expect(runnable).not.toContain("localhost:5173");
  const calls: unknown[][] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...args) => {
    // As a console does: what is shown is what was there when it was logged.
    calls.push(args.map((arg) => (ArrayBuffer.isView(arg) ? (arg as Float32Array).slice() : arg)));
  });
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (api: object) => Promise<void>;
  await new AsyncFunction("voxelfeed", runnable)(voxelfeed);
  log.mockRestore();
  expect(calls.length).toBe(3);
  for (const [shape, values, labels, mask] of calls) {
    expect(shape).toEqual([2, 1, 32, 64, 64]);
    expect(values).toBeInstanceOf(Float32Array);
    expect(labels).toHaveLength(2 * 2 * 32 * 64 * 64);
    expect(mask).toHaveLength(2 * 2 * 32 * 64 * 64);
  }
});
