/** Every preset: one entry each. */
import { type Preset, presets } from "../../src/index.js";
import type { Operation } from "./operation.js";

function entry(preset: () => Preset, does: string): Operation {
  return {
    does,
    controls: {},
    isDrawn: true,
    cut: "z",
    labels: "classes",
    array: "labels",
    channel: null,
    augmentation: preset,
    original: presets.none(),
  };
}

export const presetOperations: Readonly<Record<keyof typeof presets, Operation>> = {
  em: entry(
    presets.em,
    "For isotropic electron microscopy: any orientation; brightness, contrast, gamma, noise.",
  ),
  emAnisotropic: entry(
    presets.emAnisotropic,
    "For serial sections cut across z: turns that keep sections in place; missing, faint and dirty ones.",
  ),
  none: entry(presets.none, "No augmentation: values in 0 … 1, for validation."),
};
