import { expect, test } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import { RenderScratch } from "../../../src/cpu/scratch.js";
import type { Vec3 } from "../../../src/types.js";
import { readOracle } from "../../helpers/oracle.js";
import {
  brickDTypes,
  bricksOf,
  dropBrick,
  identity,
  makeRead,
  makeVolume,
  outputDTypes,
  planOf,
  randomSource,
} from "./cases.js";
import { expectAnswer } from "./expect-answer.js";
import { noiseField, noWarp, randomWarpedRead, warpedRead } from "./warp-cases.js";

for (const dtype of brickDTypes) {
  test(`random warped reads of ${dtype} agree with the oracle, in every output dtype`, () => {
    const scratch = new RenderScratch();
    for (let seed = 0; seed < 25; seed++) {
      const volume = makeVolume({
        dtype,
        shape: seed % 7 === 0 ? [1, 17, 19] : [13, 17, 19],
        brickShape: seed % 2 === 0 ? [4, 8, 4] : [5, 3, 7],
        voxelSize: [
          [4, 4, 4],
          [40, 8, 6.5],
        ][seed % 2] as unknown as Vec3,
        translation: [100, -3, 12.5],
        seed,
      });
      dropBrick(volume, [1, 1, 1], 0);
      const { plan, read } = randomWarpedRead(
        volume,
        randomSource(77 * seed + dtype.length),
        outputDTypes[seed % 5]!,
      );
      const bricks = bricksOf(volume, plan, (brick) => brick.join() !== "1,1,1");
      expectAnswer(renderRead(plan, bricks, { mask: true, scratch }), readOracle(volume, read), volume, read);
    }
  });
}

test("a warp that moves nothing gives what the read without it gives", () => {
  const volume = makeVolume({ dtype: "uint8", shape: [12, 13, 14], brickShape: [8, 8, 8] });
  const read = makeRead({ center: [5.2, 6.1, 6.6], shape: [8, 8, 8] });
  const still = { ...noWarp, elastic: noiseField([4, 4, 4], [4, 4, 4], () => 0.5) };
  const { plan } = warpedRead(volume, read, still);
  const straight = planOf(volume, read);
  const { data } = renderRead(plan, bricksOf(volume, plan), { mask: false });
  const wanted = renderRead(straight, bricksOf(volume, straight), { mask: false }).data;
  for (let i = 0; i < data.length; i++) expect(data[i]).toBeCloseTo(wanted[i]!, 4);
});

test("slip moves one section, shift it and all that follow: by hand on a small volume", () => {
  // Voxel (z, y, x) holds 100 z + 10 y + x.
  const volume = makeVolume({
    dtype: "uint16",
    shape: [5, 9, 9],
    brickShape: [2, 4, 4],
    stored: (z, y, x) => 100 * z + 10 * y + x,
  });
  const read = makeRead({
    center: [2, 4, 4],
    shape: [5, 3, 3],
    interpolation: "nearest",
    outDType: "uint32",
  });
  const render = (moves: { section: number; following: boolean; offset: Vec3 }[]) => {
    const { plan } = warpedRead(volume, read, { ...noWarp, sections: { axis: 0, thicknessNm: 1, moves } });
    return Array.from(renderRead(plan, bricksOf(volume, plan), { mask: true }).data);
  };
  const section = (z: number, dy: number, dx: number) =>
    [3, 4, 5].flatMap((y) => [3, 4, 5].map((x) => 100 * z + 10 * (y + dy) + x + dx));
  // Sections are counted from the centre, voxel 2.
  expect(render([{ section: -1, following: false, offset: [0, 2, -1] }])).toEqual([
    ...section(0, 0, 0),
    ...section(1, 2, -1),
    ...section(2, 0, 0),
    ...section(3, 0, 0),
    ...section(4, 0, 0),
  ]);
  expect(
    render([
      { section: 0, following: true, offset: [0, 1, 1] },
      { section: 1, following: true, offset: [0, 0, -3] },
      { section: 1, following: false, offset: [0, -2, 0] },
    ]),
  ).toEqual([
    ...section(0, 0, 0),
    ...section(1, 0, 0),
    ...section(2, 1, 1),
    ...section(3, -1, -2),
    ...section(4, 1, -2),
  ]);
});

test("sections thicker than a voxel move as one, in every array of whatever voxel size", () => {
  const ramp = (size: number) =>
    makeVolume({
      dtype: "float32",
      shape: [24 / size, 24, 24],
      brickShape: [8, 8, 8],
      voxelSize: [size, 1, 1],
      translation: [(size - 1) / 2, 0, 0],
      stored: (_z, y, x) => 50 * y + x,
    });
  const sections = {
    axis: 0,
    thicknessNm: 4,
    moves: [{ section: 1, following: false, offset: [0, 2, 3] }],
  } as const;
  for (const size of [1, 2]) {
    const read = makeRead({ center: [11.5, 11.5, 11.5], shape: [16 / size, 4, 4], scale: [size, 1, 1] });
    const volume = ramp(size);
    const { plan } = warpedRead(volume, read, { ...noWarp, sections });
    const { data } = renderRead(plan, bricksOf(volume, plan), { mask: false });
    const shifts = Array.from({ length: 16 / size }, (_, z) => data[z * 16]! - (50 * 10 + 10));
    // Section 1 is 4 to 8 nm beyond the centre.
    const nm = (z: number) => (z - (16 / size - 1) / 2) * size;
    expect(shifts).toEqual(shifts.map((_, z) => (nm(z) > 4 && nm(z) < 8 ? 103 : 0)));
    expect(shifts).toContain(103);
  }
});

test("blocks of a large warped patch fit together", () => {
  const volume = makeVolume({ dtype: "uint8", shape: [160, 150, 170], brickShape: [64, 64, 64], seed: 3 });
  const { plan, read } = warpedRead(
    volume,
    makeRead({ center: [80, 75, 85], shape: [90, 3, 110], scale: [1.7, 1.7, 1.5], antialias: "none" }),
    { ...noWarp, elastic: noiseField([6, 3, 6], [40, 40, 40], randomSource(9)) },
  );
  const rendered = renderRead(plan, bricksOf(volume, plan), { mask: true });
  expectAnswer(rendered, readOracle(volume, read), volume, read);
});

test("far from the origin nothing is lost", () => {
  const volume = makeVolume({ dtype: "uint16", shape: [24, 24, 24], brickShape: [8, 8, 8] });
  const read = makeRead({ center: [11.3, 12.7, 10.9], shape: [9, 9, 9], antialias: "none" });
  const { plan: near } = warpedRead(volume, read, {
    ...noWarp,
    turn: identity,
    elastic: noiseField([5, 5, 5], [4, 4, 4], randomSource(1)),
  });
  const far = {
    ...near,
    base: near.base.map((b) => b + 60_000) as unknown as Vec3,
    gridMin: near.gridMin.map((b) => b + 7500) as unknown as Vec3,
    volumeShape: near.volumeShape.map((n) => n + 60_000) as unknown as Vec3,
  };
  const bricks = bricksOf(volume, near);
  expect(renderRead(far, bricks, { mask: true }).data).toEqual(renderRead(near, bricks, { mask: true }).data);
});
