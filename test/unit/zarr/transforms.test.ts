import { describe, expect, it } from "vitest";
import type { VoxelfeedError } from "../../../src/errors.js";
import { parseMultiscale } from "../../../src/zarr/ome.js";
import { compose, parseTransforms, scalingOf } from "../../../src/zarr/transforms.js";

const place = "https://h.example/v.zarr/zarr.json#/t";
const scaling = (...list: object[]) => scalingOf(parseTransforms(list, 3, place), place);

describe("transformations", () => {
  it("are the identity when there are none", () => {
    const same = { from: [0, 1, 2], scale: [1, 1, 1], translation: [0, 0, 0] };
    expect(scaling()).toEqual(same);
    expect(scalingOf(parseTransforms(undefined, 3, place), place)).toEqual(same);
    expect(scaling({ type: "identity" }, { type: "sequence", transformations: [] })).toEqual(same);
  });

  it("apply in order", () => {
    const scale = { type: "scale", scale: [2, 3, 4] };
    const move = { type: "translation", translation: [1, 1, 1] };
    expect(scaling(scale, move)).toMatchObject({ scale: [2, 3, 4], translation: [1, 1, 1] });
    expect(scaling(move, scale)).toMatchObject({ scale: [2, 3, 4], translation: [2, 3, 4] });
    const sequence = { type: "sequence", transformations: [move, scale] };
    expect(scaling(sequence, move)).toMatchObject({ scale: [2, 3, 4], translation: [3, 4, 5] });
  });

  it("take affines that scale, move and swap", () => {
    const affine = [
      [0, 0, 5, 10],
      [4, 0, 0, 20],
      [0, 3, 0, 30],
    ];
    expect(scaling({ type: "affine", affine })).toEqual({
      from: [2, 0, 1],
      scale: [5, 4, 3],
      translation: [10, 20, 30],
    });
  });

  it("take mapAxis and rotations that swap axes: output axis i is input axis mapAxis[i]", () => {
    const swap = { type: "mapAxis", mapAxis: [1, 2, 0] };
    expect(scaling({ type: "scale", scale: [2, 3, 4] }, swap)).toEqual({
      from: [1, 2, 0],
      scale: [3, 4, 2],
      translation: [0, 0, 0],
    });
    const rotation = [
      [6e-17, 1, 0],
      [0, 6e-17, 1],
      [1, 0, 6e-17],
    ];
    expect(scaling({ type: "rotation", rotation })).toMatchObject({ from: [1, 2, 0], scale: [1, 1, 1] });
    expect(scaling(swap, swap, swap)).toMatchObject({ from: [0, 1, 2] });
  });

  it("compose as maps do, at any point", () => {
    const first = parseTransforms(
      [
        {
          type: "affine",
          affine: [
            [1, 2, 3, 4],
            [0, 1, 5, 6],
            [7, 0, 1, 8],
          ],
        },
      ],
      3,
      place,
    );
    const second = parseTransforms(
      [
        {
          type: "affine",
          affine: [
            [2, 0, 1, 1],
            [0, 3, 0, 2],
            [1, 1, 1, 3],
          ],
        },
      ],
      3,
      place,
    );
    const apply = ({ matrix, offset }: typeof first, p: readonly number[]) =>
      matrix.map((row, i) => row.reduce((sum, n, j) => sum + n * p[j]!, offset[i]!));
    for (const point of [
      [0, 0, 0],
      [1, -2, 3],
      [0.5, 9, -4],
    ]) {
      expect(apply(compose(second, first), point)).toEqual(apply(second, apply(first, point)));
    }
  });

  it.each<[object, string, string]>([
    [{ type: "scale", scale: [1, 0, 1] }, "invalid-metadata", `${place}/0/scale`],
    [
      { type: "sequence", transformations: [{ type: "scale" }] },
      "invalid-metadata",
      `${place}/0/transformations/0/scale`,
    ],
    [
      {
        type: "affine",
        affine: [
          [1, 0, 0, 0],
          [0, 1],
          [0, 0, 1, 0],
        ],
      },
      "invalid-metadata",
      `${place}/0/affine/1`,
    ],
    [{ type: "wobble" }, "unsupported", `${place}/0/type`],
    [{ type: "scale", path: "s" }, "unsupported", `${place}/0`],
    [
      {
        type: "rotation",
        rotation: [
          [0, -1, 0],
          [1, 0, 0],
          [0, 0, 1],
        ],
      },
      "unsupported",
      place,
    ],
  ])("say where %j is wrong", (transform, code, url) => {
    let error: unknown;
    try {
      scaling(transform);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code, url });
    expect((error as VoxelfeedError).message).toContain(`(url ${url})`);
  });
});

describe("multiscales of 0.6", () => {
  const axes = ["z", "y", "x"].map((name) => ({ name, type: "space", unit: "micrometer" }));
  const volume = (transforms: object[], systems: object[] = [{ name: "world", axes }]) => ({
    ome: {
      version: "0.6",
      multiscales: [
        { coordinateSystems: systems, datasets: [{ path: "s0", coordinateTransformations: transforms }] },
      ],
    },
  });

  it("take the axes of the system that the levels lead to", () => {
    const other = { name: "atlas", axes: [] };
    const scale = { type: "scale", scale: [0.04, 0.004, 0.004], input: "s0", output: "world" };
    const { datasets, spatialAxes, notes } = parseMultiscale(
      volume([scale], [other, { name: "world", axes }]),
      place,
    );
    expect(datasets[0]!.scale.map((nm) => Math.round(nm * 1e6) / 1e6)).toEqual([40, 4, 4]);
    expect(spatialAxes).toEqual([0, 1, 2]);
    expect(notes).toEqual(['the image has several coordinate systems; its own, "world", is used']);
  });

  it("put lengths in the order of the array's axes where these are swapped", () => {
    // Stored x, z, y: world z is stored axis 1, y is 2, x is 0.
    const transforms = [
      { type: "mapAxis", mapAxis: [1, 2, 0] },
      { type: "scale", scale: [3, 2, 1] },
      { type: "translation", translation: [30, 20, 10], output: "world" },
    ];
    const { axes: found, datasets, spatialAxes } = parseMultiscale(volume(transforms), place);
    expect(found.map(({ name }) => name)).toEqual(["x", "z", "y"]);
    expect(spatialAxes).toEqual([1, 2, 0]);
    expect(datasets[0]).toEqual({
      path: "s0",
      scale: [1000, 3000, 2000],
      translation: [10_000, 30_000, 20_000],
    });
  });
});
