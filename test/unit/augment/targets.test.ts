import { describe, expect, test } from "vitest";
import { type TargetTransform, targets } from "../../../src/augment/targets.js";
import { checkTargetList } from "../../../src/augment/targets-check.js";
import { planTargets } from "../../../src/augment/targets-plan.js";
import { lsdWindow, neighbourOffsets } from "../../../src/augment/targets-stages.js";
import { isVoxelfeedError } from "../../../src/errors.js";
import type { Vec3 } from "../../../src/types.js";
import { chainOf, targetArray } from "../cpu/target-cases.js";

const shape: Vec3 = [8, 9, 10];

function refusal(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return isVoxelfeedError(error) ? `${error.code} ${error.path}` : String(error);
  }
}

describe("descriptors", () => {
  test("are plain JSON", () => {
    const list: TargetTransform[] = [
      targets.binarize({ threshold: 0.5 }),
      targets.remap([[1, null]], { other: 0 }),
      targets.signedDistance({ clipNm: 100, tanhNm: 50 }),
      targets.weights({ clip: [0.1, 0.9] }),
    ];
    expect(JSON.parse(JSON.stringify(list))).toEqual(list);
    expect(checkTargetList(list, "targetTransforms")).toBe(list);
  });

  const bad: readonly (readonly [name: string, transform: unknown, where: string])[] = [
    ["no list", { kind: "boundary" }, "invalid-option targetTransforms"],
    ["unknown kind", [{ kind: "boundery" }], "invalid-option targetTransforms[0].kind"],
    ["nothing", [targets.boundary(), null], "invalid-option targetTransforms[1].kind"],
    ["unknown option", [{ kind: "boundary", step: 2 }], "unknown-option targetTransforms[0].step"],
    ["no steps", [targets.boundary({ steps: 0 })], "invalid-option targetTransforms[0].steps"],
    ["too many steps", [targets.dilate({ steps: 17 })], "invalid-option targetTransforms[0].steps"],
    [
      "threshold",
      [targets.binarize({ threshold: Number.NaN })],
      "invalid-option targetTransforms[0].threshold",
    ],
    ["no offsets", [targets.affinities([])], "invalid-option targetTransforms[0].offsets"],
    ["offset 0", [targets.affinities([[0, 0, 0]])], "invalid-option targetTransforms[0].offsets[0]"],
    [
      "half an offset",
      [
        targets.affinities([
          [1, 0, 0],
          [0, 0.5, 0],
        ]),
      ],
      "invalid-option targetTransforms[0].offsets[1]",
    ],
    ["no bound", [targets.signedDistance({})], "invalid-option targetTransforms[0]"],
    ["two bounds", [targets.signedDistance({ clipNm: 9, haloNm: 9 })], "invalid-option targetTransforms[0]"],
    ["clip 0", [targets.signedDistance({ clipNm: 0 })], "invalid-option targetTransforms[0].clipNm"],
    ["σ of two", [{ kind: "lsd", sigmaNm: [1, 2] }], "invalid-option targetTransforms[0].sigmaNm"],
    ["negative σ", [targets.lsd({ sigmaNm: [1, -2, 1] })], "invalid-option targetTransforms[0].sigmaNm[1]"],
    ["an id twice", [targets.oneHot([1, 2, 1])], "invalid-option targetTransforms[0].ids"],
    ["a negative id", [targets.oneHot([-1])], "invalid-option targetTransforms[0].ids[0]"],
    [
      "a label mapped twice",
      [
        targets.remap([
          [1, 2],
          [1, 3],
        ]),
      ],
      "invalid-option targetTransforms[0].entries[1][0]",
    ],
    [
      "a label too large",
      [targets.remap([[1, 2 ** 32]])],
      "invalid-option targetTransforms[0].entries[0][1]",
    ],
    ["an empty union", [targets.union({ all: [] })], "invalid-option targetTransforms[0].classes.all"],
    ["reversed clip", [targets.weights({ clip: [0.9, 0.1] })], "invalid-option targetTransforms[0].clip"],
    ["one weight", [targets.weights({ foreground: 2 })], "invalid-option targetTransforms[0].background"],
  ];
  test.each(bad)("%s is refused with its path", (_, list, where) => {
    expect(refusal(() => checkTargetList(list, "targetTransforms"))).toBe(where);
  });

  test("an unknown kind is answered with the nearest one", () => {
    expect(() => checkTargetList([{ kind: "affinites" }], "targetTransforms")).toThrow(
      /Did you mean "affinities"\?/,
    );
  });
});

describe("planTargets", () => {
  test("halos add up, in voxels of the array", () => {
    const halo = (...list: TargetTransform[]) => chainOf(targetArray(shape), ...list).halo;
    expect(halo(targets.boundary({ steps: 3 }))).toEqual([3, 3, 3]);
    expect(halo(targets.erode({ steps: 2, inPlane: true }))).toEqual([0, 2, 2]);
    expect(
      halo(
        targets.affinities([
          [-1, 0, 4],
          [2, 0, -5],
        ]),
      ),
    ).toEqual([2, 0, 5]);
    // Voxels of 20, 10 and 12.5 nm.
    expect(halo(targets.signedDistance({ clipNm: 50 }))).toEqual([3, 5, 4]);
    expect(halo(targets.signedDistance({ haloNm: 0 }))).toEqual([0, 0, 0]);
    expect(halo(targets.lsd({ sigmaNm: 20 }))).toEqual([3, 6, 5]);
    expect(halo(targets.dilate(), targets.boundary(), targets.weights())).toEqual([2, 2, 2]);
  });

  test("channels have names", () => {
    const names = (...list: TargetTransform[]) => chainOf(targetArray(shape), ...list).channels;
    expect(names(targets.oneHot([1, 7]))).toEqual(["cell=1", "cell=7", "mito=1", "mito=7"]);
    expect(names(targets.union({ all: ["cell", "mito"] }), targets.boundary())).toEqual(["all"]);
    expect(names(targets.affinities([[-1, 0, 0]]))).toEqual(["cell[-1,0,0]", "mito[-1,0,0]"]);
    const lsd = names(targets.union({ all: ["cell"] }), targets.lsd({ sigmaNm: 20 }));
    expect(lsd).toHaveLength(10);
    expect([lsd[0], lsd[9]]).toEqual(["all_offset_z", "all_size"]);
  });

  test("dtypes: floats where a transform makes floats, otherwise what the array asks for", () => {
    const dtype = (asked: "uint8" | "float16", ...list: TargetTransform[]) =>
      chainOf(targetArray(shape, { dtype: asked }), ...list).dtype;
    expect(dtype("uint8", targets.boundary())).toBe("uint8");
    expect(dtype("uint8", targets.lsd({ sigmaNm: 20 }))).toBe("float32");
    expect(dtype("float16", targets.lsd({ sigmaNm: 20 }))).toBe("float16");
    expect(dtype("float16", targets.boundary())).toBe("float16");
  });

  test("without transforms, inference or NaN there is nothing to do", () => {
    const array = targetArray(shape);
    expect(planTargets(array, [], "targetTransforms")).toBeNull();
    expect(planTargets({ ...array, exclusive: [[1], []] }, [], "targetTransforms")).not.toBeNull();
    const nan = targetArray(shape, { dtype: "float32", unknown: "nan" });
    expect(planTargets(nan, [], "targetTransforms")?.gathered).toBe("float32");
  });

  test("labels are gathered as integers, numbers to be compared with a threshold as floats", () => {
    expect(chainOf(targetArray(shape, { dtype: "float32" }), targets.boundary()).gathered).toBe("uint32");
    expect(chainOf(targetArray(shape), targets.binarize()).gathered).toBe("float32");
  });

  test("a transform that does not fit what it is given is refused", () => {
    const refused = (interpolation: "nearest" | "linear", ...list: TargetTransform[]) =>
      refusal(() => chainOf(targetArray(shape, { interpolation }), ...list));
    expect(refused("linear", targets.boundary())).toBe("invalid-option targetTransforms[0]");
    expect(refused("linear", targets.binarize(), targets.boundary())).toBe("none");
    expect(refused("nearest", targets.signedDistance({ clipNm: 9 }), targets.erode())).toBe(
      "invalid-option targetTransforms[1]",
    );
    expect(refused("nearest", targets.weights({ channels: { mitto: 1 } }))).toBe(
      "invalid-option targetTransforms[0].channels.mitto",
    );
  });
});

test("neighbours come by city-block distance", () => {
  const count = (steps: number, inPlane: boolean) =>
    neighbourOffsets({ kind: "boundary", steps, inPlane }).length;
  expect([count(1, false), count(2, false), count(1, true), count(3, true)]).toEqual([6, 24, 4, 24]);
});

test("a window of shape descriptors is a normalised Gaussian up to 3 σ", () => {
  const window = lsdWindow(1.5);
  expect(window).toHaveLength(11);
  expect(window.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(window[5]! / window[8]!).toBeCloseTo(Math.exp(0.5 * 2 ** 2), 9);
});
