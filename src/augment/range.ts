/** Parameters that are drawn: a fixed number, an interval, a choice or a normal distribution, as plain JSON. */
import type { Draw } from "../math/rng.js";
import { checkKeys, invalid } from "../options.js";

/** The same number always; uniform in [lo, hi]; one of a list, equally likely; normal, limited to `clip`. */
export type ParameterRange =
  | number
  | readonly [lo: number, hi: number]
  | { readonly choice: readonly number[] }
  | { readonly normal: NormalRange };

/** A normal distribution; what falls beyond `clip` becomes its nearer end. */
export interface NormalRange {
  readonly mean: number;
  readonly sigma: number;
  readonly clip?: readonly [lo: number, hi: number];
}

/** What the numbers of a range may be. */
export interface RangeLimits {
  /** Smallest number allowed. */
  readonly min?: number;
  /** A bound that itself is not allowed. */
  readonly above?: number;
  /** Largest number allowed. */
  readonly max?: number;
  /** Whole numbers only; an interval then includes both ends, and a normal is rounded. */
  readonly whole?: boolean;
  /** Named in the error: "nm", "degrees". */
  readonly unit?: string;
}

/** No draw of {@link drawRange} is further from the mean than this: its uniforms have 53 bits. */
const largestDeviation = Math.sqrt(2 * 53 * Math.LN2);

/**
 * Checks a range that a user gave.
 *
 * @param value anything
 * @param path where it stands in the configuration, such as `rawValueTransforms[2].range`
 * @throws VoxelfeedError `invalid-option`: not a range, reversed, or reaching beyond the limits; `unknown-option`
 */
export function checkRange(value: unknown, path: string, limits: RangeLimits = {}): ParameterRange {
  const expected = `a number, [lo, hi], { choice } or { normal }${describeLimits(limits)}`;
  if (typeof value === "number") {
    if (!allows(limits, value)) throw invalid(path, expected, value);
    return value;
  }
  if (Array.isArray(value)) return checkInterval(value, path, limits);
  if (typeof value !== "object" || value === null) throw invalid(path, expected, value);
  checkKeys(value, ["choice", "normal"], path);
  const { choice, normal } = value as { readonly choice?: unknown; readonly normal?: unknown };
  if ((choice === undefined) === (normal === undefined)) throw invalid(path, expected, value);
  if (normal !== undefined) return { normal: checkNormal(normal, `${path}.normal`, limits) };
  const listed = Array.isArray(choice) && choice.length > 0 && choice.every((each) => allows(limits, each));
  if (!listed) throw invalid(`${path}.choice`, `a list of numbers${describeLimits(limits)}`, choice);
  return value as ParameterRange;
}

function checkInterval(value: readonly unknown[], path: string, limits: RangeLimits) {
  const [lo, hi] = value;
  const ok = value.length === 2 && allows(limits, lo) && allows(limits, hi) && lo <= hi;
  if (!ok) throw invalid(path, `[lo, hi] with lo ≤ hi${describeLimits(limits)}`, value);
  return [lo, hi] as const;
}

function checkNormal(value: unknown, path: string, limits: RangeLimits): NormalRange {
  checkKeys(value as object, ["mean", "sigma", "clip"], path);
  const { mean, sigma, clip } = value as Partial<NormalRange>;
  if (!Number.isFinite(mean)) throw invalid(`${path}.mean`, "a finite number", mean);
  if (!Number.isFinite(sigma) || sigma! < 0) throw invalid(`${path}.sigma`, "a number ≥ 0", sigma);
  if (clip === undefined) {
    const bounded = limits.min !== undefined || limits.above !== undefined || limits.max !== undefined;
    if (bounded) {
      const hint = "A normal distribution has no end of its own.";
      throw invalid(`${path}.clip`, `[lo, hi]${describeLimits(limits)}`, clip, hint);
    }
    return { mean: mean!, sigma: sigma! };
  }
  if (!Array.isArray(clip)) throw invalid(`${path}.clip`, "[lo, hi] with lo ≤ hi", clip);
  return { mean: mean!, sigma: sigma!, clip: checkInterval(clip, `${path}.clip`, limits) };
}

function allows({ min, above, max, whole }: RangeLimits, value: unknown): value is number {
  return (
    Number.isFinite(value) &&
    (min === undefined || (value as number) >= min) &&
    (above === undefined || (value as number) > above) &&
    (max === undefined || (value as number) <= max) &&
    (whole !== true || Number.isInteger(value))
  );
}

function describeLimits({ min, above, max, whole, unit }: RangeLimits): string {
  const words = [
    ...(whole === true ? ["whole numbers"] : []),
    ...(unit === undefined ? [] : [`in ${unit}`]),
    ...(min === undefined ? [] : [`≥ ${min}`]),
    ...(above === undefined ? [] : [`> ${above}`]),
    ...(max === undefined ? [] : [`≤ ${max}`]),
  ];
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}

/** The smallest and the largest number that {@link drawRange} can give. */
export function rangeBounds(range: ParameterRange): readonly [lo: number, hi: number] {
  if (typeof range === "number") return [range, range];
  if (isInterval(range)) return range;
  if ("choice" in range) return [Math.min(...range.choice), Math.max(...range.choice)];
  const { mean, sigma, clip = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } = range.normal;
  const within = (value: number): number => Math.min(Math.max(value, clip[0]), clip[1]);
  return [within(mean - largestDeviation * sigma), within(mean + largestDeviation * sigma)];
}

/** The part of a range within [lo, hi]; of what lies beyond, the nearer end. */
export function limitRange(range: ParameterRange, lo: number, hi: number): ParameterRange {
  const within = (value: number): number => Math.min(Math.max(value, lo), hi);
  if (typeof range === "number") return within(range);
  if (isInterval(range)) return [within(range[0]), within(range[1])];
  if ("choice" in range) return { choice: range.choice.map(within) };
  const [first, last] = range.normal.clip ?? [lo, hi];
  return { normal: { ...range.normal, clip: [within(first), within(last)] } };
}

/**
 * Draws a number. Every form takes two draws, so that the form of one range never moves what others draw.
 *
 * Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
 *
 * @param range checked by {@link checkRange}
 * @param whole draw whole numbers: an interval includes both ends, a normal is rounded
 */
export function drawRange(range: ParameterRange, draw: Draw, whole = false): number {
  const u = draw();
  const v = draw();
  if (typeof range === "number") return range;
  if (isInterval(range)) {
    const [lo, hi] = range;
    return whole ? lo + Math.floor(u * (hi - lo + 1)) : lo + u * (hi - lo);
  }
  if ("choice" in range) return range.choice[Math.floor(u * range.choice.length)]!;
  const { mean, sigma, clip = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } = range.normal;
  // 1 - u is never 0.
  const value = mean + sigma * Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
  return Math.min(Math.max(whole ? Math.round(value) : value, clip[0]), clip[1]);
}

function isInterval(range: ParameterRange): range is readonly [number, number] {
  return Array.isArray(range);
}

/** A probability, or 1 when absent. @throws VoxelfeedError `invalid-option` */
export function checkProbability(value: unknown, path: string): number {
  if (value === undefined) return 1;
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw invalid(path, "a probability from 0 to 1", value);
}
