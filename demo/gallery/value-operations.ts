/** Every value transform: one entry each. They follow `normalize`, and so does the original beside them. */
import { type ValueTransform, values } from "../../src/index.js";
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

const axes = choice("along", ["z y x", "y x", "z"]);
const sectionControls = {
  probability: range("rate of sections", [0, 1, 0.05], [0.2, 0.2]),
  thicknessNm: slider("section thickness", [8, 160, 8], 40, "nm"),
};
const normalized = { rawValueTransforms: [values.normalize()] };

function entry<C extends Readonly<Record<string, Control>>>(given: Entry<C, ValueTransform>): Operation {
  const options = (descriptor: ValueTransform) => ({
    rawValueTransforms: descriptor.op === "normalize" ? [descriptor] : [values.normalize(), descriptor],
  });
  return drawnOperation(given, options, normalized);
}

/** Two sliders as an interval that is never empty. */
function span(setting: number | readonly [number, number], least: number): readonly [lo: number, hi: number] {
  return typeof setting === "number" ? [setting, setting + least] : setting;
}

export const valueOperations: Readonly<Record<keyof typeof values, Operation>> = {
  normalize: entry({
    does: "Maps a range of values to 0 … 1: here percentiles of the patch, beside the range of the stored dtype.",
    controls: { percentiles: range("percentiles", [0, 100, 1], [5, 95], "%") },
    describe: ({ percentiles }) => values.normalize({ percentiles: span(percentiles, 1) }),
  }),
  contrast: entry({
    does: "Stretches or flattens contrast about a value that stays.",
    controls: {
      range: range("factor", [0, 3, 0.05], [1.3, 1.8]),
      about: choice("about", ["0.5", "mean"]),
    },
    describe: (settings) =>
      values.contrast(settings.range, { about: settings.about === "mean" ? "mean" : 0.5 }),
  }),
  brightness: entry({
    does: "Adds a number.",
    controls: { range: range("offset", [-0.5, 0.5, 0.02], [0.1, 0.2]) },
    describe: (settings) => values.brightness(settings.range),
  }),
  gamma: entry({
    does: "Bends the grey scale; above 1 darkens.",
    controls: {
      range: range("exponent", [0.3, 3, 0.05], [1.5, 2]),
      over: choice("over", ["0 … 1", "patch"]),
    },
    describe: (settings) =>
      values.gamma(settings.range, { over: settings.over === "patch" ? "patch" : [0, 1] }),
  }),
  invert: entry({
    does: "Turns dark into bright.",
    controls: {},
    describe: () => values.invert(),
  }),
  clip: entry({
    does: "Limits values to a range.",
    controls: { range: range("range", [0, 1, 0.02], [0.4, 0.6]) },
    describe: (settings) => values.clip({ range: span(settings.range, 0.02) }),
  }),
  quantize: entry({
    does: "Rounds to a few grey values.",
    controls: { levels: range("levels", [2, 64, 1], [6, 6]) },
    describe: ({ levels }) => values.quantize(levels),
  }),
  binarize: entry({
    does: "1 above a threshold, else 0.",
    controls: { threshold: range("threshold", [0, 1, 0.02], [0.5, 0.5]) },
    describe: ({ threshold }) => values.binarize({ threshold }),
  }),
  nanToNum: entry({
    does: "Replaces NaN and infinities. Volumes of integers have none, and stay as they are.",
    controls: { nan: slider("instead of NaN", [0, 1, 0.05], 0) },
    describe: ({ nan }) => values.nanToNum({ nan }),
  }),
  gaussianNoise: entry({
    does: "White noise, drawn anew for every voxel.",
    controls: {
      sigma: range("σ", [0, 0.3, 0.01], [0.08, 0.12]),
      mean: slider("mean", [-0.3, 0.3, 0.02], 0),
    },
    describe: ({ sigma, mean }) => values.gaussianNoise(sigma, { mean }),
  }),
  poissonNoise: entry({
    does: "Counting noise: fewer photons are noisier, bright places more than dark ones.",
    controls: { photons: range("photons at value 1", [5, 200, 5], [20, 40]) },
    describe: ({ photons }) => values.poissonNoise(photons),
  }),
  speckle: entry({
    does: "Noise that grows with the value.",
    controls: { sigma: range("σ", [0, 0.6, 0.02], [0.2, 0.3]) },
    describe: ({ sigma }) => values.speckle(sigma),
  }),
  gaussianBlur: entry({
    does: "Blurs by the same nanometres at every voxel size.",
    controls: { sigmaNm: range("σ", [0, 40, 1], [12, 16], "nm"), axes },
    describe: (settings) => values.gaussianBlur(settings.sigmaNm, { axes: axesNamed(settings.axes) }),
  }),
  sharpen: entry({
    does: "Unsharp masking: adds what a blur takes away.",
    controls: {
      amount: range("amount", [0, 4, 0.1], [1.5, 2]),
      sigmaNm: range("σ of the blur", [1, 40, 1], [12, 12], "nm"),
      axes,
    },
    describe: ({ amount, sigmaNm, axes: along }) =>
      values.sharpen(amount, sigmaNm, { axes: axesNamed(along) }),
  }),
  lowResolution: entry({
    does: "What larger voxels would show: averages over boxes, linear between them.",
    controls: { voxelSizeNm: range("voxel size", [8, 80, 4], [32, 40], "nm"), axes },
    describe: (settings) => values.lowResolution(settings.voxelSizeNm, { axes: axesNamed(settings.axes) }),
  }),
  missingSections: entry({
    does: "Some sections were lost.",
    cut: "y",
    controls: { ...sectionControls, fill: slider("value", [0, 1, 0.05], 0) },
    describe: ({ probability, thicknessNm, fill }) =>
      values.missingSections(probability, { thicknessNm, fill }),
  }),
  lowContrastSections: entry({
    does: "Some sections are faint.",
    cut: "y",
    controls: { ...sectionControls, range: range("factor", [0, 1, 0.05], [0.1, 0.4]) },
    describe: (settings) =>
      values.lowContrastSections(settings.probability, settings.range, { thicknessNm: settings.thicknessNm }),
  }),
  artifactSections: entry({
    does: "Some sections are dirty: spots that fade towards their edge.",
    controls: {
      probability: range("rate of sections", [0, 1, 0.05], [1, 1]),
      radiusNm: range("radius", [8, 200, 4], [40, 100], "nm"),
      opacity: range("opacity", [0, 1, 0.05], [0.6, 1]),
      fill: range("value", [0, 1, 0.05], [0, 0]),
    },
    describe: ({ probability, radiusNm, opacity, fill }) =>
      values.artifactSections(probability, radiusNm, { opacity, fill }),
  }),
  cutout: entry({
    does: "Hides boxes.",
    controls: {
      sizeNm: range("edge", [16, 480, 16], [160, 320], "nm"),
      count: range("boxes", [0, 20, 1], [6, 10]),
      fill: range("value", [0, 1, 0.05], [0, 0]),
    },
    describe: ({ sizeNm, count, fill }) => values.cutout(sizeNm, { count, fill }),
  }),
  biasField: entry({
    does: "Uneven illumination or staining.",
    controls: { strength: range("strength", [0, 1, 0.02], [0.3, 0.3]) },
    describe: ({ strength }) => values.biasField(strength),
  }),
};
