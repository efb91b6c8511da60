/** Every spatial transform: one entry each. */
import { type SpatialOperation, spatial } from "../../src/index.js";
import {
  axesNamed,
  type Control,
  choice,
  drawnOperation,
  type Entry,
  type Operation,
  range,
  slider,
} from "./operation.js";

const axisSets = ["y x", "z y x", "z y", "z x"] as const;
const degrees = [-180, 180, 5] as const;
const sectionControls = {
  offset: range("offset", [-160, 160, 8], [-80, 80], "nm"),
  thickness: slider("section thickness", [8, 160, 8], 40, "nm"),
  rate: slider("rate of sections", [0, 1, 0.05], 0.3),
};

function entry<C extends Readonly<Record<string, Control>>>(given: Entry<C, SpatialOperation>): Operation {
  return drawnOperation(given, (descriptor) => ({ spatialTransforms: [descriptor] }), {});
}

export const spatialOperations: Readonly<Record<keyof typeof spatial, Operation>> = {
  mirror: entry({
    does: "Flips axes, each with a probability of its own.",
    controls: {
      z: slider("chance for z", [0, 1, 0.1], 0),
      y: slider("chance for y", [0, 1, 0.1], 0),
      x: slider("chance for x", [0, 1, 0.1], 1),
    },
    describe: (axes) => spatial.mirror({ axes: { z: axes.z, y: axes.y, x: axes.x } }),
  }),
  transpose: entry({
    does: "Puts the listed axes in a random order; sizes in nanometres stay right.",
    controls: { axes: choice("axes", axisSets) },
    describe: ({ axes }) => spatial.transpose({ axes: axesNamed(axes) }),
  }),
  cube: entry({
    does: "One of the 48 symmetries of the cube; no voxel is interpolated.",
    controls: {},
    describe: () => spatial.cube(),
  }),
  rotate: entry({
    does: "Turns about each axis, right-handed.",
    controls: {
      z: range("about z", degrees, [-45, 45], "°"),
      y: range("about y", degrees, [0, 0], "°"),
      x: range("about x", degrees, [0, 0], "°"),
    },
    describe: ({ z, y, x }) => spatial.rotate({ axes: { z, y, x } }),
  }),
  magnification: entry({
    does: "Above 1 objects become larger, below 1 smaller.",
    controls: { range: range("factor", [0.5, 2, 0.05], [1.2, 1.6]) },
    describe: (settings) => spatial.magnification({ range: settings.range }),
  }),
  shear: entry({
    does: "Moves one axis ever further along another.",
    controls: {
      yx: range("y along x", [-0.9, 0.9, 0.05], [0.2, 0.5], "nm/nm"),
      xy: range("x along y", [-0.9, 0.9, 0.05], [0, 0], "nm/nm"),
    },
    describe: ({ yx, xy }) => spatial.shear({ axes: { yx, xy } }),
  }),
  translate: entry({
    does: "Moves the patch, but never out of the annotated crop.",
    controls: {
      z: range("along z", [-200, 200, 8], [0, 0], "nm"),
      y: range("along y", [-200, 200, 8], [-160, 160], "nm"),
      x: range("along x", [-200, 200, 8], [-160, 160], "nm"),
    },
    describe: ({ z, y, x }) => spatial.translate({ axes: { z, y, x } }),
  }),
  elastic: entry({
    does: "A smooth deformation: a cubic B-spline between displaced control points. σ above a fifth of the spacing is refused.",
    controls: {
      spacing: slider("control points every", [40, 480, 20], 160, "nm"),
      sigma: range("σ of displacements", [0, 100, 2], [30, 30], "nm"),
      axes: choice("along", ["z y x", "y x"]),
    },
    describe: ({ spacing, sigma, axes }) => spatial.elastic({ spacing, sigma, axes: axesNamed(axes) }),
  }),
  slip: entry({
    does: "Single sections are out of place.",
    cut: "y",
    controls: sectionControls,
    describe: ({ offset, thickness, rate }) => spatial.slip({ offset, thickness, rate }),
  }),
  shift: entry({
    does: "A section and all that follow are out of place.",
    cut: "y",
    controls: sectionControls,
    describe: ({ offset, thickness, rate }) => spatial.shift({ offset, thickness, rate }),
  }),
  random2d: entry({
    does: "Looks along another axis, or in any direction; made for slices.",
    controls: { view: choice("view", ["orthogonal", "oblique"]) },
    describe: ({ view }) => spatial.random2d({ view: view === "oblique" ? "oblique" : "orthogonal" }),
  }),
};
