import { expect, it } from "vitest";
import { planeMapOf } from "../../../src/cpu/planar.js";
import { renderRead } from "../../../src/cpu/render.js";
import { RenderScratch } from "../../../src/cpu/scratch.js";
import { readOracle } from "../../helpers/oracle.js";
import {
  bricksOf,
  cubeSymmetries,
  makeRead,
  makeVolume,
  multiply,
  outputDTypes,
  planOf,
  randomSource,
  rotateX,
  rotateZ,
} from "./cases.js";
import { expectAnswer } from "./expect-answer.js";

const cells = makeVolume({ dtype: "uint8", shape: [11, 14, 17], brickShape: [4, 8, 5], seed: 3 });
const floats = makeVolume({ dtype: "float32", shape: [11, 14, 17], brickShape: [4, 8, 5], seed: 4 });
const counts = makeVolume({ dtype: "int32", shape: [11, 14, 17], brickShape: [4, 8, 5], seed: 6 });
const thin = makeVolume({ dtype: "int16", shape: [9, 1, 12], brickShape: [4, 1, 5], seed: 5 });

/** Every way in which one axis stays straight, and another axis or direction takes its place. */
const symmetries = cubeSymmetries();
const turns = symmetries.flatMap((before, i) => {
  const after = symmetries[(7 * i + 5) % symmetries.length]!;
  return [rotateZ, rotateX].map((rotate) => multiply(multiply(before, rotate(7 + 31 * i)), after));
});

it("a read that is turned in a plane is what the oracle says, inside and across the volume's faces", () => {
  const scratch = new RenderScratch();
  const random = randomSource(8);
  const planes = new Set<string>();
  for (const [i, matrix] of turns.entries()) {
    for (const volume of [cells, floats, counts, thin]) {
      const read = makeRead({
        center: volume.shape.map((size) => size * (0.2 + 0.6 * random())) as [number, number, number],
        shape: [5, 6, 9],
        scale: [[1, 1, 1] as const, [0.5, 0.7, 0.6] as const][i % 2]!,
        matrix,
        interpolation: random() < 0.5 ? "linear" : "nearest",
        antialias: "none",
        padValue: -3,
        outDType: outputDTypes[i % 5]!,
      });
      const plan = planOf(volume, read);
      const plane = planeMapOf(plan);
      if (plane !== null) planes.add(`${plane.out} ${plane.source} ${read.interpolation}`);
      // What is not gathered may be anything.
      scratch.voxels("float64", 4096).fill(Number.NaN);
      const rendered = renderRead(plan, bricksOf(volume, plan), { mask: true, scratch });
      expectAnswer(rendered, readOracle(volume, read), volume, read);
    }
  }
  // Both axes across the rows, along each axis of the volume, by both interpolations.
  expect(planes.size).toBe(12);
});

it("the axis that stays is found, and none where all are turned or voxels are averaged", () => {
  const plane = (matrix: (typeof turns)[number], scale = 1) =>
    planeMapOf(
      planOf(cells, makeRead({ center: [5, 7, 8], shape: [4, 4, 4], scale: [scale, scale, scale], matrix })),
    );
  expect(plane(rotateZ(20))).toEqual({ out: 0, source: 0 });
  // Rows that lie along the axis have taps of their own in every row.
  expect(plane(rotateX(20))).toBeNull();
  expect(plane(multiply(rotateZ(20), rotateX(20)))).toBeNull();
  expect(plane(rotateZ(20), 2)).toBeNull();
});

it("at the volume's upper faces nothing is taken from voxels that were not gathered", () => {
  const scratch = new RenderScratch();
  // Rows that cross the last layer of voxels at a small angle, along either axis of the plane.
  for (const [center, shape, angle] of [
    [[5.2, 13.1, 8.4], [2, 1, 12], 3],
    [[5.2, 13.1, 8.4], [2, 1, 12], -3],
    [[5.2, 6.4, 16.1], [2, 1, 10], 93],
    [[5.2, 6.4, 16.1], [2, 1, 10], 87],
  ] as const) {
    const read = makeRead({ center, shape, matrix: rotateZ(angle), antialias: "none" });
    const plan = planOf(counts, read);
    scratch.voxels("float64", 4096).fill(Number.NaN);
    const rendered = renderRead(plan, bricksOf(counts, plan), { mask: true, scratch });
    expectAnswer(rendered, readOracle(counts, read), counts, read);
  }
});
