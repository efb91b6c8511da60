/** Augmentations that go together, to be spread into the options of `createLoader`. */
import type { SpatialTransforms } from "./spatial.js";
import { type ValueTransform, values } from "./values.js";

/** Options of a loader; plain JSON. */
export interface Preset {
  readonly spatialTransforms?: SpatialTransforms;
  readonly rawValueTransforms: readonly ValueTransform[];
}

/**
 * @example
 * createLoader(dataset, { ...presets.em(), batchSize: 4 });
 */
export const presets = {
  /** Isotropic electron microscopy (FIB-SEM): any mirror image, order of axes and turn; brightness, contrast, gamma, noise. */
  em: (): Preset => ({
    spatialTransforms: {
      mirror: { axes: { z: 0.5, y: 0.5, x: 0.5 } },
      transpose: { axes: ["z", "y", "x"] },
      rotate: { axes: { z: [-180, 180], y: [-180, 180], x: [-180, 180] } },
    },
    rawValueTransforms: [
      values.normalize(),
      values.contrast([0.75, 1.25]),
      values.brightness([-0.1, 0.1]),
      values.gamma([0.75, 1.33]),
      values.gaussianNoise([0, 0.05]),
      values.clip(),
    ],
  }),

  /**
   * Serial sections (ssTEM, SBEM), cut across z: turns and mirror images that keep sections in place; sections that are missing,
   * faint or dirty; in-plane blur now and then.
   */
  emAnisotropic: (): Preset => ({
    spatialTransforms: {
      mirror: { axes: { z: 0.5, y: 0.5, x: 0.5 } },
      transpose: { axes: ["y", "x"] },
      rotate: { axes: { z: [-180, 180] } },
    },
    rawValueTransforms: [
      values.normalize(),
      values.gaussianBlur([0, 10], { axes: ["y", "x"], p: 0.2 }),
      values.contrast([0.75, 1.25]),
      values.brightness([-0.1, 0.1]),
      values.gamma([0.75, 1.33]),
      values.lowContrastSections(0.05, [0.1, 0.5]),
      values.artifactSections(0.02, [50, 200]),
      values.missingSections(0.03),
      values.gaussianNoise([0, 0.05]),
      values.clip(),
    ],
  }),

  /** No augmentation: values in [0, 1]. For validation. */
  none: (): Preset => ({ rawValueTransforms: [values.normalize()] }),
} as const;
