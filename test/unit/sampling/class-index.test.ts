import fc from "fast-check";
import { expect, it } from "vitest";
import { map3 } from "../../../src/math/vec.js";
import { ClassIndex } from "../../../src/sampling/class-index.js";
import { PageTurns } from "../../../src/sampling/page-turns.js";
import type { Vec3 } from "../../../src/types.js";

const side = (max: number) => fc.integer({ min: 1, max });
const vec = (max: number) => fc.tuple(side(max), side(max), side(max));

/** Counts of cells, of a volume of 0 and 1 in C order. */
function cellsOf(volume: Uint8Array, shape: Vec3, edge: number) {
  const cells = map3((a) => Math.ceil(shape[a] / edge));
  const counts = new Uint16Array(cells[0] * cells[1] * cells[2]);
  for (const [i, value] of volume.entries()) {
    const [z, y, x] = [
      Math.floor(i / (shape[1] * shape[2])),
      Math.floor(i / shape[2]) % shape[1],
      i % shape[2],
    ];
    const at = (axis: number) => Math.floor(axis / edge);
    counts[(at(z) * cells[1] + at(y)) * cells[2] + at(x)]! += value;
  }
  return { edge, shape: cells, counts };
}

/** Present voxels of a patch; with cells, of those that lie wholly in it. */
function countIn(volume: Uint8Array, shape: Vec3, start: Vec3, patch: Vec3, edge: number): number {
  const from = map3((a) => Math.ceil(start[a] / edge) * edge);
  const to = map3((a) => {
    const end = start[a] + patch[a];
    return end === shape[a] ? end : Math.floor(end / edge) * edge;
  });
  let sum = 0;
  for (let z = from[0]; z < to[0]; z++)
    for (let y = from[1]; y < to[1]; y++)
      for (let x = from[2]; x < to[2]; x++) sum += volume[(z * shape[1] + y) * shape[2] + x]!;
  return sum;
}

it.each([1, 2, 3, 4])("counts what every patch holds, in cells of %i voxels", async (edge) => {
  const cases = fc.record({
    positions: vec(4),
    patch: vec(6),
    stride: vec(2),
    seed: fc.nat(),
    density: fc.constantFrom(0.1, 0.5, 1),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ positions, patch, stride, seed, density }) => {
      const shape = map3((a) => (positions[a] - 1) * stride[a] + patch[a]);
      const voxels = shape[0] * shape[1] * shape[2];
      const volume = Uint8Array.from({ length: voxels }, (_, i) =>
        ((Math.imul(i + seed, 0x9e3779b1) >>> 8) % 1000) / 1000 < density ? 1 : 0,
      );
      const turns = new PageTurns(new AbortController().signal);
      const index = await ClassIndex.build(
        cellsOf(volume, shape, edge),
        { shape, patch, positions, stride },
        turns,
      );
      expect(index.patchVoxels).toBe(patch[0] * patch[1] * patch[2]);
      const row = new Uint32Array(positions[2]);
      for (let z = 0; z < positions[0]; z++) {
        for (let y = 0; y < positions[1]; y++) {
          index.row(z, y, 1, row);
          const expected = Array.from({ length: positions[2] }, (_, x) =>
            countIn(volume, shape, [z * stride[0], y * stride[1], x * stride[2]], patch, edge),
          );
          expect([...row]).toEqual(expected);
        }
      }
      // Every second position of a row.
      const half = new Uint32Array(Math.ceil(positions[2] / 2));
      index.row(0, 0, 2, half);
      index.row(0, 0, 1, row);
      expect([...half]).toEqual([...row].filter((_, x) => x % 2 === 0));
    }),
  );
});
