/** Value transforms that map each voxel's value by one function: the same for the whole patch. */
import { invalid } from "../options.js";
import type { SourceDType } from "../types.js";
import { checkRange, drawRange, type ParameterRange } from "./range.js";
import { checkOptionalRange, checkSpan, type ValueBase, type ValueDefinition } from "./values-definition.js";

/**
 * Maps a range of values to [0, 1], linearly and without clipping: `(v - lo) / (hi - lo)`. Give at most one of `range`,
 * `mean` with `std`, and `percentiles`; without any, the range is that of the stored dtype ([0, 1] for floats and bool).
 */
export interface NormalizeSpec extends ValueBase {
  readonly op: "normalize";
  readonly range?: readonly [lo: number, hi: number];
  /** `(v - mean) / std` instead. */
  readonly mean?: number;
  readonly std?: number;
  /** The percentiles of each patch that become 0 and 1, such as [1, 99]. */
  readonly percentiles?: readonly [lo: number, hi: number];
}

type DrawnNormalize = {
  /** null: of the stored dtype. */
  readonly range: readonly [number, number] | null;
  readonly percentiles: readonly [number, number] | null;
};

const dtypeRanges: Readonly<Record<SourceDType, readonly [number, number]>> = {
  bool: [0, 1],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
  float16: [0, 1],
  float32: [0, 1],
  float64: [0, 1],
};

export const normalize: ValueDefinition<NormalizeSpec, DrawnNormalize> = {
  keys: ["range", "mean", "std", "percentiles"],
  check({ range, mean, std, percentiles }, path) {
    const given = [range, mean ?? std, percentiles].filter((each) => each !== undefined).length;
    if (given > 1) {
      throw invalid(path, "at most one of range, mean with std, and percentiles", {
        range,
        mean,
        std,
        percentiles,
      });
    }
    if (range !== undefined) checkSpan(range, `${path}.range`, "values");
    if (percentiles !== undefined) {
      checkSpan(percentiles, `${path}.percentiles`, "percentiles");
      if (percentiles[0] < 0 || percentiles[1] > 100) {
        throw invalid(`${path}.percentiles`, "percentiles from 0 to 100", percentiles);
      }
    }
    if ((mean ?? std) === undefined) return;
    if (!Number.isFinite(mean)) throw invalid(`${path}.mean`, "a finite number", mean);
    if (!Number.isFinite(std) || std! <= 0) throw invalid(`${path}.std`, "a number > 0", std);
  },
  draw({ range, mean, std, percentiles }) {
    const given = mean === undefined ? range : ([mean, mean + std!] as const);
    return { range: given ?? null, percentiles: percentiles ?? null };
  },
  steps({ range, percentiles }, _grid, source) {
    if (percentiles === null) return [{ name: "range", p: range ?? dtypeRanges[source] }];
    return [
      { kind: "statistics", percentiles },
      { name: "range", p: [0, 1], statistic: 0 },
    ];
  },
};

/** Stretches or flattens contrast: `about + factor · (v - about)`. */
export interface ContrastSpec extends ValueBase {
  readonly op: "contrast";
  /** The factor, ≥ 0. */
  readonly range: ParameterRange;
  /** The value that stays. Default 0.5; `"mean"` is the patch's own mean, which costs another pass. */
  readonly about?: number | "mean";
}

type DrawnContrast = { readonly factor: number; readonly about: number | "mean" };

export const contrast: ValueDefinition<ContrastSpec, DrawnContrast> = {
  keys: ["range", "about"],
  check({ range, about }, path) {
    checkRange(range, `${path}.range`, { min: 0 });
    if (about !== undefined && about !== "mean" && !Number.isFinite(about)) {
      throw invalid(`${path}.about`, 'a number or "mean"', about);
    }
  },
  draw: ({ range, about = 0.5 }, draw) => ({ factor: drawRange(range, draw), about }),
  steps({ factor, about }) {
    if (about !== "mean") return [{ name: "contrast", p: [about, factor] }];
    return [
      { kind: "statistics", percentiles: null },
      { name: "contrast", p: [0, factor], statistic: 0 },
    ];
  },
};

/** Adds a number: `v + offset`. */
export interface BrightnessSpec extends ValueBase {
  readonly op: "brightness";
  /** The offset. */
  readonly range: ParameterRange;
}

export const brightness: ValueDefinition<BrightnessSpec, { readonly offset: number }> = {
  keys: ["range"],
  check: ({ range }, path) => void checkRange(range, `${path}.range`),
  draw: ({ range }, draw) => ({ offset: drawRange(range, draw) }),
  steps: ({ offset }) => [{ name: "affine", p: [1, offset] }],
};

/** Bends the grey scale: `lo + (hi - lo) · max(0, (v - lo) / (hi - lo))^exponent`. */
export interface GammaSpec extends ValueBase {
  readonly op: "gamma";
  /** The exponent, > 0; above 1 darkens. */
  readonly range: ParameterRange;
  /** lo and hi. Default [0, 1]; `"patch"` takes the patch's own minimum and maximum, which costs another pass. */
  readonly over?: readonly [lo: number, hi: number] | "patch";
}

type DrawnGamma = { readonly exponent: number; readonly over: readonly [number, number] | "patch" };

export const gamma: ValueDefinition<GammaSpec, DrawnGamma> = {
  keys: ["range", "over"],
  check({ range, over }, path) {
    checkRange(range, `${path}.range`, { above: 0 });
    if (over !== undefined && over !== "patch") checkSpan(over, `${path}.over`, '"patch" or values');
  },
  draw: ({ range, over = [0, 1] }, draw) => ({ exponent: drawRange(range, draw), over }),
  steps({ exponent, over }) {
    if (over !== "patch") return [{ name: "gamma", p: [...over, exponent] }];
    return [
      { kind: "statistics", percentiles: [0, 100] },
      { name: "gamma", p: [0, 1, exponent], statistic: 0 },
    ];
  },
};

/** Turns dark into bright: `1 - v`. */
export interface InvertSpec extends ValueBase {
  readonly op: "invert";
}

export const invert: ValueDefinition<InvertSpec, Record<string, never>> = {
  keys: [],
  check() {},
  draw: () => ({}),
  steps: () => [{ name: "affine", p: [-1, 1] }],
};

/** Limits values to a range. */
export interface ClipSpec extends ValueBase {
  readonly op: "clip";
  /** Default [0, 1]. */
  readonly range?: readonly [lo: number, hi: number];
}

export const clip: ValueDefinition<ClipSpec, { readonly range: readonly [number, number] }> = {
  keys: ["range"],
  check({ range }, path) {
    if (range !== undefined) checkSpan(range, `${path}.range`, "values");
  },
  draw: ({ range = [0, 1] }) => ({ range }),
  steps: ({ range }) => [{ name: "clip", p: range }],
};

/** Replaces what is no finite number. Put it first: other transforms do not say what they make of NaN. */
export interface NanToNumSpec extends ValueBase {
  readonly op: "nanToNum";
  /** Default 0. */
  readonly nan?: number;
  /** Default 1. */
  readonly positiveInfinity?: number;
  /** Default 0. */
  readonly negativeInfinity?: number;
}

type DrawnNanToNum = {
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
};

export const nanToNum: ValueDefinition<NanToNumSpec, DrawnNanToNum> = {
  keys: ["nan", "positiveInfinity", "negativeInfinity"],
  check(spec, path) {
    for (const key of this.keys) {
      const value = spec[key as keyof DrawnNanToNum];
      if (value !== undefined && !Number.isFinite(value))
        throw invalid(`${path}.${key}`, "a finite number", value);
    }
  },
  draw: ({ nan = 0, positiveInfinity = 1, negativeInfinity = 0 }) => ({
    nan,
    positiveInfinity,
    negativeInfinity,
  }),
  steps: ({ nan, positiveInfinity, negativeInfinity }) => [
    { name: "replace", p: [nan, positiveInfinity, negativeInfinity] },
  ],
};

/** Coarsens the grey scale: limits to [0, 1] and rounds to one of `levels` equally spaced values. */
export interface QuantizeSpec extends ValueBase {
  readonly op: "quantize";
  /** Whole numbers ≥ 2. */
  readonly levels: ParameterRange;
}

export const quantize: ValueDefinition<QuantizeSpec, { readonly levels: number }> = {
  keys: ["levels"],
  check: ({ levels }, path) =>
    void checkRange(levels, `${path}.levels`, { min: 2, max: 2 ** 20, whole: true }),
  draw: ({ levels }, draw) => ({ levels: drawRange(levels, draw, true) }),
  steps: ({ levels }) => [{ name: "quantize", p: [levels] }],
};

/** 1 where `v > threshold`, else 0. */
export interface BinarizeSpec extends ValueBase {
  readonly op: "binarize";
  /** Default 0.5. */
  readonly threshold?: ParameterRange;
}

export const binarize: ValueDefinition<BinarizeSpec, { readonly threshold: number }> = {
  keys: ["threshold"],
  check: ({ threshold }, path) => checkOptionalRange(threshold, `${path}.threshold`),
  draw: ({ threshold = 0.5 }, draw) => ({ threshold: drawRange(threshold, draw) }),
  steps: ({ threshold }) => [{ name: "threshold", p: [threshold] }],
};
