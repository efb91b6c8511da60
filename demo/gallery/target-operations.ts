/** Every target transform: one entry each. Those that tell objects apart are shown on instances, where the crop has any. */
import { type TargetTransform, targets } from "../../src/index.js";
import {
  type Control,
  choice,
  type Entry,
  type Operation,
  type Scene,
  type Settings,
  slider,
} from "./operation.js";

const inPlane = choice("in plane only", ["no", "yes"]);
const reach = { steps: slider("steps", [1, 16, 1], 2, "voxels"), inPlane };

function entry<C extends Readonly<Record<string, Control>>>({
  describe,
  cut = "z",
  labels = "classes",
  array = "labels",
  channel = 0,
  ...rest
}: Entry<C, TargetTransform>): Operation {
  return {
    ...rest,
    isDrawn: false,
    cut,
    labels,
    array,
    channel,
    original: {},
    augmentation: (settings, scene) => ({ targetTransforms: [describe(settings as Settings<C>, scene)] }),
  };
}

function reachOf(settings: Settings<typeof reach>) {
  return { steps: settings.steps, inPlane: settings.inPlane === "yes" };
}

/** The largest objects, or what is present where there are only classes. */
function someIds({ ids }: Scene, count: number): readonly number[] {
  return ids.length > 0 ? ids.slice(0, count) : [1];
}

export const targetOperations: Readonly<Record<keyof typeof targets, Operation>> = {
  binarize: entry({
    does: "1 above a threshold, else 0.",
    labels: "instances",
    controls: { threshold: slider("threshold", [0, 100, 1], 0) },
    describe: ({ threshold }) => targets.binarize({ threshold }),
  }),
  remap: entry({
    does: "Exchanges labels: here the largest object becomes the second largest.",
    labels: "instances",
    controls: { other: choice("labels that are not listed", ["keep", "background", "unknown"]) },
    describe: ({ other }, scene) => {
      const [from, to = 0] = someIds(scene, 2);
      const rest = { keep: "keep", background: 0, unknown: null } as const;
      return targets.remap([[from!, to]], { other: rest[other as keyof typeof rest] });
    },
  }),
  oneHot: entry({
    does: "One channel for each of some ids: here of the largest objects.",
    labels: "instances",
    channel: null,
    controls: { count: slider("objects", [1, 6, 1], 3) },
    describe: ({ count }, scene) => targets.oneHot(someIds(scene, count)),
  }),
  union: entry({
    does: "A class made of others: here of the first ones of the list.",
    controls: { count: slider("classes", [1, 8, 1], 2) },
    describe: ({ count }, { classes }) => targets.union({ joined: classes.slice(0, count) }),
  }),
  boundary: entry({
    does: "1 where another label is within reach.",
    labels: "instances",
    controls: reach,
    describe: (settings) => targets.boundary(reachOf(settings)),
  }),
  erode: entry({
    does: "Labels draw back from each other and from the background.",
    labels: "instances",
    controls: reach,
    describe: (settings) => targets.erode(reachOf(settings)),
  }),
  dilate: entry({
    does: "Background takes the nearest label within reach.",
    labels: "instances",
    controls: reach,
    describe: (settings) => targets.dilate(reachOf(settings)),
  }),
  affinities: entry({
    does: "1 where a voxel and its neighbour at an offset are of the same object.",
    labels: "instances",
    channel: 2,
    controls: { distance: slider("offset along each axis", [1, 12, 1], 4, "voxels") },
    describe: ({ distance }) =>
      targets.affinities([
        [-distance, 0, 0],
        [0, -distance, 0],
        [0, 0, -distance],
      ]),
  }),
  signedDistance: entry({
    does: "Nanometres to the nearest voxel on the other side of the surface: positive inside, negative outside.",
    controls: {
      bound: choice("bounded by", ["clipNm", "haloNm"]),
      boundNm: slider("bound", [8, 160, 8], 80, "nm"),
      tanhNm: slider("tanh of it over (0: none)", [0, 160, 8], 0, "nm"),
      inPlane,
    },
    describe: (settings) =>
      targets.signedDistance({
        [settings.bound]: settings.boundNm,
        ...(settings.tanhNm > 0 && { tanhNm: settings.tanhNm }),
        inPlane: settings.inPlane === "yes",
      }),
  }),
  lsd: entry({
    does: "Local shape descriptors: ten numbers about the part of the object in a Gaussian window.",
    labels: "instances",
    channel: 1,
    controls: { sigmaNm: slider("σ of the window", [8, 32, 4], 12, "nm") },
    describe: ({ sigmaNm }) => targets.lsd({ sigmaNm }),
  }),
  weights: entry({
    does: "Weights for the loss, as an array of its own: balanced, or as given.",
    array: "labels_weights",
    channel: 1,
    controls: {
      how: choice("weights", ["balanced", "given"]),
      foreground: slider("foreground, given", [0, 5, 0.5], 2),
      background: slider("background, given", [0, 5, 0.5], 1),
    },
    describe: ({ how, foreground, background }) =>
      targets.weights(how === "given" ? { foreground, background } : {}),
  }),
};
