import { describe, expect, test } from "vitest";
import type { TargetTransform } from "../../../src/augment/targets.js";
import { targets } from "../../../src/augment/targets.js";
import { transformTarget } from "../../../src/cpu/targets/chain.js";
import type { Vec3 } from "../../../src/types.js";
import { chainOf, gathered, lists, makeWorld, targetArray, voxelSizeNm } from "./target-cases.js";
import {
  affinity,
  binarized,
  boundary,
  clippedDistance,
  dilated,
  eroded,
  type Field,
  remapped,
  shapeDescriptors,
  united,
} from "./target-oracle.js";

const worldShape: Vec3 = [16, 20, 22];
const world = makeWorld(worldShape, 2, 3);
const cell: Field = (voxel) => world(0, voxel);
const mito: Field = (voxel) => world(1, voxel);
const each = (of: (field: Field) => Field): Field[] => [of(cell), of(mito)];
const shape: Vec3 = [7, 8, 9];
/** In the middle, at the near corner that is unknown, and reaching beyond the far one. */
const starts: readonly Vec3[] = [
  [5, 6, 7],
  [0, 0, 0],
  [11, 14, 16],
];

/** What each list's output channels are. */
const oracles: Readonly<Record<keyof typeof lists, readonly Field[]>> = {
  binarize: each((field) => binarized(field)),
  "binarize above 2": each((field) => binarized(field, 2)),
  remap: each((field) =>
    remapped(field, (label) => (label === 2 ? null : label === 1 ? 4000000000 : label === 3 ? 1 : label)),
  ),
  "remap all others": each((field) => remapped(field, (label) => (label === 1 ? 1 : 0))),
  "remap others to unknown": each((field) => remapped(field, (label) => (label === 1 ? 1 : null))),
  oneHot: [cell, mito].flatMap((field) =>
    [1, 3, 0].map((id) => remapped(field, (label) => (label === id ? 1 : 0))),
  ),
  union: [united(cell, mito), united(cell)],
  boundary: each((field) => boundary(field, 1, false)),
  "boundary in plane": each((field) => boundary(field, 2, true)),
  erode: each((field) => eroded(field, 1, false)),
  dilate: each((field) => dilated(field, 3, false)),
  affinities: [cell, mito].flatMap((field) =>
    (
      [
        [-1, 0, 0],
        [0, -1, 0],
        [0, 0, -1],
        [0, 3, 0],
        [2, 0, -5],
      ] as const
    ).map((offset) => affinity(field, offset)),
  ),
  "clipped distance": each((field) => clippedDistance(field, voxelSizeNm, 41, false)),
  "squashed distance": each((field) =>
    remapped(clippedDistance(field, voxelSizeNm, 50, false), (d) => Math.tanh(d / 20)),
  ),
  "distance in plane": each((field) => clippedDistance(field, voxelSizeNm, 37.5, true)),
  lsd: lsdFields([20, 20, 20]),
  "anisotropic lsd": lsdFields([20, 15, 10]),
  "eroded, then its distance": each((field) =>
    clippedDistance(eroded(field, 1, false), voxelSizeNm, 30, false),
  ),
  "binary boundary": each((field) => boundary(binarized(field), 2, false)),
  "thick boundary of a grown object": each((field) =>
    boundary(
      remembered(
        dilated(
          remapped(field, (label) => (label === 4 ? 0 : label)),
          2,
          false,
        ),
      ),
      3,
      false,
    ),
  ),
};

function lsdFields(sigma: Vec3): Field[] {
  return [cell, mito].flatMap((field) => {
    const known = new Map<string, number[] | null>();
    const all = shapeDescriptors(field, voxelSizeNm, sigma);
    return Array.from({ length: 10 }, (_, k) => (voxel: Vec3) => {
      const key = voxel.join();
      if (!known.has(key)) known.set(key, all(voxel));
      return known.get(key)?.[k] ?? null;
    });
  });
}

function remembered(field: Field): Field {
  const known = new Map<string, number | null>();
  return (voxel) => {
    const key = voxel.join();
    if (!known.has(key)) known.set(key, field(voxel));
    return known.get(key)!;
  };
}

describe("target transforms", () => {
  for (const [name, list] of Object.entries(lists)) {
    test(`${name}: each patch is what the whole world defines, to its border`, () => {
      const chain = chainOf(targetArray(shape, { dtype: "uint32" }), ...list);
      const oracle = oracles[name]!;
      expect(chain.channels).toHaveLength(oracle.length);
      const seen = { known: 0, unknown: 0 };
      for (const start of starts) {
        const { data, mask } = transformTarget(gathered(world, start, chain), chain);
        const wrong: string[] = [];
        let i = 0;
        for (const [channel, field] of oracle.entries()) {
          for (let z = 0; z < shape[0]; z++) {
            for (let y = 0; y < shape[1]; y++) {
              for (let x = 0; x < shape[2]; x++, i++) {
                const wanted = field([start[0] + z, start[1] + y, start[2] + x]);
                seen[wanted === null ? "unknown" : "known"]++;
                const ok =
                  mask[i] === (wanted === null ? 0 : 1) && Math.abs(data[i]! - (wanted ?? 0)) <= 2e-5;
                if (!ok)
                  wrong.push(
                    `channel ${channel} at ${[z, y, x]}: ${data[i]}, mask ${mask[i]}, not ${wanted}`,
                  );
              }
            }
          }
        }
        expect(wrong).toEqual([]);
      }
      expect(seen.known).toBeGreaterThan(30);
      expect(seen.unknown).toBeGreaterThan(30);
    });

    test(`${name}: a patch is the crop of a larger one`, () => {
      const small = chainOf(targetArray([3, 4, 5], { dtype: "float32" }), ...list);
      const large = chainOf(targetArray([6, 7, 9], { dtype: "float32" }), ...list);
      const inner = transformTarget(gathered(world, [6, 7, 8], small), small);
      const outer = transformTarget(gathered(world, [4, 6, 5], large), large);
      let i = 0;
      for (let c = 0; c < small.channels.length; c++) {
        for (let z = 0; z < 3; z++) {
          for (let y = 0; y < 4; y++) {
            for (let x = 0; x < 5; x++, i++) {
              const at = ((c * 6 + z + 2) * 7 + y + 1) * 9 + x + 3;
              expect(inner.mask[i]).toBe(outer.mask[at]);
              // Descriptors sum up an object's box, whose border differs: the last bits may.
              expect(Math.abs(inner.data[i]! - outer.data[at]!)).toBeLessThanOrEqual(1e-6);
            }
          }
        }
      }
    });
  }
});

describe("distances of the patch alone", () => {
  test("with haloNm nothing is beyond the window, and without another side it is the diagonal", () => {
    const chain = chainOf(targetArray([1, 1, 4]), targets.signedDistance({ haloNm: 0 }));
    const run = (values: number[]) =>
      Array.from(
        transformTarget(
          {
            channels: 2,
            shape: [1, 1, 4],
            values: Uint32Array.of(...values, 0, 0, 0, 0),
            mask: new Uint8Array(8).fill(1),
          },
          chain,
        ).data,
      );
    const diagonal = Math.fround(Math.hypot(20, 10, 50));
    expect(run([5, 5, 0, 0])).toEqual([25, 12.5, -12.5, -25, ...new Array<number>(4).fill(-diagonal)]);
  });
});

describe("weights", () => {
  const volume = (values: number[], mask: number[]) => ({
    channels: 2,
    shape: [1, 1, 4] as Vec3,
    values: Uint32Array.from(values),
    mask: Uint8Array.from(mask),
  });
  const weigh = (transform: TargetTransform, ...more: TargetTransform[]) => {
    const chain = chainOf(targetArray([1, 1, 4]), transform, ...more);
    expect(chain.extras).toEqual([{ name: "labels_weights", channels: ["cell", "mito"] }]);
    const { extras, data } = transformTarget(
      volume([3, 0, 0, 0, 9, 9, 9, 0], [1, 1, 1, 1, 1, 1, 1, 0]),
      chain,
    );
    return { weights: Array.from(extras[0]!), data: Array.from(data) };
  };

  test("balanced ones give foreground and background half each, within the limits", () => {
    const { weights, data } = weigh(targets.weights());
    const third = Math.fround(2 / 3);
    expect(weights.slice(0, 4)).toEqual([2, third, third, third]);
    const lone = Math.fround(1 / (2 * 0.95));
    expect(weights.slice(4)).toEqual([lone, lone, lone, 0]);
    expect(data).toEqual([3, 0, 0, 0, 9, 9, 9, 0]);
  });

  test("given ones are taken as they are, times the channel's factor", () => {
    const { weights } = weigh(targets.weights({ foreground: 3, background: 0.5, channels: { mito: 2 } }));
    expect(weights).toEqual([3, 0.5, 0.5, 0.5, 6, 6, 6, 0]);
  });

  test("before a transform with a halo they are still those of the patch", () => {
    const list = [targets.weights({ foreground: 2, background: 1 }), targets.boundary({ steps: 2 })];
    const chain = chainOf(targetArray(shape), ...list);
    const plain = chainOf(targetArray(shape), list[0]!);
    const { extras } = transformTarget(gathered(world, [5, 6, 7], chain), chain);
    expect(extras[0]).toEqual(transformTarget(gathered(world, [5, 6, 7], plain), plain).extras[0]);
  });
});

describe("inference and output", () => {
  test("an exclusive class that is present makes an unknown one absent; hidden classes are dropped", () => {
    const array = {
      ...targetArray([1, 1, 4]),
      channels: ["a", "b"],
      hidden: ["c"],
      exclusive: [[1, 2], []],
    };
    const chain = chainOf(array);
    const { data, mask } = transformTarget(
      {
        channels: 3,
        shape: [1, 1, 4],
        values: Uint32Array.of(0, 0, 0, 7, /* b */ 1, 0, 0, 1, /* c */ 0, 1, 0, 0),
        mask: Uint8Array.of(0, 0, 0, 1, /* b */ 1, 1, 0, 1, /* c */ 1, 1, 1, 1),
      },
      chain,
    );
    expect(Array.from(data)).toEqual([0, 0, 0, 7, 1, 0, 0, 1]);
    expect(Array.from(mask)).toEqual([1, 1, 0, 1, 1, 1, 0, 1]);
  });

  test('unknown: "nan" writes NaN in both float dtypes, and integers saturate', () => {
    const input = (chainInput: "uint32" | "float32") => ({
      channels: 2,
      shape: [1, 1, 2] as Vec3,
      values: chainInput === "uint32" ? Uint32Array.of(300, 0, 1, 2) : Float32Array.of(300, 0, 1, 2),
      mask: Uint8Array.of(1, 0, 1, 1),
    });
    const nan = (dtype: "float32" | "float16") => chainOf(targetArray([1, 1, 2], { dtype, unknown: "nan" }));
    expect(Array.from(transformTarget(input("float32"), nan("float32")).data)).toEqual([
      300,
      Number.NaN,
      1,
      2,
    ]);
    expect(Array.from(transformTarget(input("float32"), nan("float16")).data)).toEqual([
      0x5cb0, 0x7e00, 0x3c00, 0x4000,
    ]);
    const kept = chainOf(targetArray([1, 1, 2]), targets.remap([]));
    expect(Array.from(transformTarget(input("uint32"), kept).data)).toEqual([255, 0, 1, 2]);
  });
});
