/**
 * Value transforms of input arrays, as plain-JSON descriptors. They are applied in the order of their list, and are meant for
 * values in [0, 1] after `normalize`.
 *
 * docs/AUGMENTATIONS.md lists every transform with formula, parameters, units, defaults and reach.
 */
import type * as filters from "./values-filters.js";
import type * as intensity from "./values-intensity.js";
import type * as noise from "./values-noise.js";
import type * as regions from "./values-regions.js";
import type * as sections from "./values-sections.js";

/** A descriptor; {@link values} makes them. */
export type ValueTransform =
  | intensity.NormalizeSpec
  | intensity.ContrastSpec
  | intensity.BrightnessSpec
  | intensity.GammaSpec
  | intensity.InvertSpec
  | intensity.ClipSpec
  | intensity.NanToNumSpec
  | intensity.QuantizeSpec
  | intensity.BinarizeSpec
  | noise.GaussianNoiseSpec
  | noise.PoissonNoiseSpec
  | noise.SpeckleSpec
  | filters.GaussianBlurSpec
  | filters.SharpenSpec
  | filters.LowResolutionSpec
  | sections.MissingSectionsSpec
  | sections.LowContrastSectionsSpec
  | sections.ArtifactSectionsSpec
  | regions.CutoutSpec
  | regions.BiasFieldSpec;

export type ValueName = ValueTransform["op"];

type Options<Spec, Given extends keyof Spec = never> = Omit<Spec, "op" | Given>;

/**
 * Makes descriptors of value transforms; each is plain JSON, and `p` is the probability that it is applied.
 *
 * @example
 * createLoader(dataset, {
 *   rawValueTransforms: [values.normalize(), values.contrast([0.75, 1.25]), values.gaussianNoise([0, 0.05], { p: 0.5 })],
 * });
 */
export const values = {
  normalize: (options: Options<intensity.NormalizeSpec> = {}): intensity.NormalizeSpec => ({
    op: "normalize",
    ...options,
  }),
  contrast: (
    range: intensity.ContrastSpec["range"],
    options: Options<intensity.ContrastSpec, "range"> = {},
  ): intensity.ContrastSpec => ({ op: "contrast", range, ...options }),
  brightness: (
    range: intensity.BrightnessSpec["range"],
    options: Options<intensity.BrightnessSpec, "range"> = {},
  ): intensity.BrightnessSpec => ({ op: "brightness", range, ...options }),
  gamma: (
    range: intensity.GammaSpec["range"],
    options: Options<intensity.GammaSpec, "range"> = {},
  ): intensity.GammaSpec => ({ op: "gamma", range, ...options }),
  invert: (options: Options<intensity.InvertSpec> = {}): intensity.InvertSpec => ({
    op: "invert",
    ...options,
  }),
  clip: (options: Options<intensity.ClipSpec> = {}): intensity.ClipSpec => ({ op: "clip", ...options }),
  nanToNum: (options: Options<intensity.NanToNumSpec> = {}): intensity.NanToNumSpec => ({
    op: "nanToNum",
    ...options,
  }),
  quantize: (
    levels: intensity.QuantizeSpec["levels"],
    options: Options<intensity.QuantizeSpec, "levels"> = {},
  ): intensity.QuantizeSpec => ({ op: "quantize", levels, ...options }),
  binarize: (options: Options<intensity.BinarizeSpec> = {}): intensity.BinarizeSpec => ({
    op: "binarize",
    ...options,
  }),
  gaussianNoise: (
    sigma: noise.GaussianNoiseSpec["sigma"],
    options: Options<noise.GaussianNoiseSpec, "sigma"> = {},
  ): noise.GaussianNoiseSpec => ({ op: "gaussianNoise", sigma, ...options }),
  poissonNoise: (
    photons: noise.PoissonNoiseSpec["photons"],
    options: Options<noise.PoissonNoiseSpec, "photons"> = {},
  ): noise.PoissonNoiseSpec => ({ op: "poissonNoise", photons, ...options }),
  speckle: (
    sigma: noise.SpeckleSpec["sigma"],
    options: Options<noise.SpeckleSpec, "sigma"> = {},
  ): noise.SpeckleSpec => ({ op: "speckle", sigma, ...options }),
  gaussianBlur: (
    sigmaNm: filters.GaussianBlurSpec["sigmaNm"],
    options: Options<filters.GaussianBlurSpec, "sigmaNm"> = {},
  ): filters.GaussianBlurSpec => ({ op: "gaussianBlur", sigmaNm, ...options }),
  sharpen: (
    amount: filters.SharpenSpec["amount"],
    sigmaNm: filters.SharpenSpec["sigmaNm"],
    options: Options<filters.SharpenSpec, "amount" | "sigmaNm"> = {},
  ): filters.SharpenSpec => ({ op: "sharpen", amount, sigmaNm, ...options }),
  lowResolution: (
    voxelSizeNm: filters.LowResolutionSpec["voxelSizeNm"],
    options: Options<filters.LowResolutionSpec, "voxelSizeNm"> = {},
  ): filters.LowResolutionSpec => ({ op: "lowResolution", voxelSizeNm, ...options }),
  missingSections: (
    probability: sections.MissingSectionsSpec["probability"],
    options: Options<sections.MissingSectionsSpec, "probability"> = {},
  ): sections.MissingSectionsSpec => ({ op: "missingSections", probability, ...options }),
  lowContrastSections: (
    probability: sections.LowContrastSectionsSpec["probability"],
    range: sections.LowContrastSectionsSpec["range"],
    options: Options<sections.LowContrastSectionsSpec, "probability" | "range"> = {},
  ): sections.LowContrastSectionsSpec => ({ op: "lowContrastSections", probability, range, ...options }),
  artifactSections: (
    probability: sections.ArtifactSectionsSpec["probability"],
    radiusNm: sections.ArtifactSectionsSpec["radiusNm"],
    options: Options<sections.ArtifactSectionsSpec, "probability" | "radiusNm"> = {},
  ): sections.ArtifactSectionsSpec => ({ op: "artifactSections", probability, radiusNm, ...options }),
  cutout: (
    sizeNm: regions.CutoutSpec["sizeNm"],
    options: Options<regions.CutoutSpec, "sizeNm"> = {},
  ): regions.CutoutSpec => ({ op: "cutout", sizeNm, ...options }),
  biasField: (
    strength: regions.BiasFieldSpec["strength"],
    options: Options<regions.BiasFieldSpec, "strength"> = {},
  ): regions.BiasFieldSpec => ({ op: "biasField", strength, ...options }),
} as const;
