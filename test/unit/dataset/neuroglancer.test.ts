import { expect, it } from "vitest";
import { type NeuroglancerOptions, neuroglancerLink } from "../../../src/dataset/neuroglancer.js";
import type { Vec3 } from "../../../src/types.js";

const origin = {
  raw: "https://h.org/v.zarr/em/fibsem",
  target: "https://h.org/v.zarr/labels/crop1/[mito mem,raw]",
  center: [815.5, 1200, -40] as Vec3,
};

/** What the viewer makes of a link: the JSON behind `#!`. */
function stateOf(link: string) {
  const [viewer, fragment] = link.split("#!");
  return { viewer, state: JSON.parse(decodeURIComponent(fragment!)) };
}

it("opens raw and classes at the sample's centre, in the order of the dimensions listed", () => {
  const { viewer, state } = stateOf(neuroglancerLink(origin));
  expect(viewer).toBe("https://neuroglancer-demo.appspot.com/");
  const names = Object.keys(state.dimensions);
  expect(names).toEqual(["x", "y", "z"]);
  // Position × dimension is the world place in metres, whatever the order of the dimensions.
  const metres = Object.fromEntries(
    names.map((name, i) => [name, state.position[i] * state.dimensions[name][0]]),
  );
  expect(metres.z).toBeCloseTo(815.5e-9, 15);
  expect(metres.y).toBeCloseTo(1200e-9, 15);
  expect(metres.x).toBeCloseTo(-40e-9, 15);
  expect(Object.values(state.dimensions).map((entry) => (entry as unknown[])[1])).toEqual(["m", "m", "m"]);
  expect(state.layers).toEqual([
    { type: "image", name: "raw", source: "zarr://https://h.org/v.zarr/em/fibsem" },
    {
      type: "segmentation",
      name: "mito mem",
      source: "zarr://https://h.org/v.zarr/labels/crop1/mito%20mem",
    },
    { type: "segmentation", name: "raw (class)", source: "zarr://https://h.org/v.zarr/labels/crop1/raw" },
  ]);
});

it("takes viewer, format, classes and zoom", () => {
  const { viewer, state } = stateOf(
    neuroglancerLink(origin, {
      baseUrl: "https://ng.example/app?x=1#old",
      format: "zarr3",
      classes: ["er"],
      nmPerPixel: 16,
    }),
  );
  expect(viewer).toBe("https://ng.example/app?x=1");
  expect(state.crossSectionScale).toBe(16);
  expect(state.layers.map(({ source }: { source: string }) => source)).toEqual([
    "zarr3://https://h.org/v.zarr/em/fibsem",
    "zarr3://https://h.org/v.zarr/labels/crop1/er",
  ]);
});

it("shows raw alone where there is no target", () => {
  const { state } = stateOf(neuroglancerLink({ ...origin, target: null }));
  expect(state.layers.length).toBe(1);
});

it.each<readonly [Partial<typeof origin> | { target: null }, NeuroglancerOptions | object, string, string]>([
  [{ raw: "directory:data" }, {}, "invalid-option", "origin.raw"],
  [{ raw: "store:custom" }, {}, "invalid-option", "origin.raw"],
  [{}, { nmPerPixel: 0 }, "invalid-option", "nmPerPixel"],
  [{}, { format: "n5" }, "invalid-option", "format"],
  [{}, { baseUrl: "ng" }, "invalid-option", "baseUrl"],
  [{ target: null }, { classes: ["er"] }, "invalid-option", "classes"],
  [{}, { baseurl: "https://x" }, "unknown-option", "the neuroglancerLink options.baseurl"],
])("refuses %j with %j", (change, options, code, path) => {
  expect(() => neuroglancerLink({ ...origin, ...change }, options)).toThrow(
    expect.objectContaining({ code, path }),
  );
});
