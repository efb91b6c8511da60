ParameterRange = |/** Parameters that are drawn: a fixed number, an interval, a choice or a normal distribution, as plain JSON. */
ParameterRange = |import type { Draw } from "../math/rng.js";

ParameterRange = |import { checkKeys, invalid } from "../options.js";

ParameterRange = |
ParameterRange = |/** The same number always; uniform in [lo, hi]; one of a list, equally likely; normal, limited to `clip`. */
ParameterRange = |export type ParameterRange =
ParameterRange = |  | number
ParameterRange = |  | readonly [lo: number, hi: number]
ParameterRange = |  | { readonly choice: readonly number[] }
ParameterRange = |  | { readonly normal: NormalRange };
ParameterRange = |
ParameterRange = |/** A normal distribution; what falls beyond `clip` becomes its nearer end. */
ParameterRange = |export interface NormalRange {
ParameterRange = |  readonly mean: number;
ParameterRange = |  readonly sigma: number;
ParameterRange = |  readonly clip?: readonly [lo: number, hi: number];
ParameterRange = |}
ParameterRange = |
ParameterRange = |/** What the numbers of a range may be. */
ParameterRange = |export interface RangeLimits {
ParameterRange = |  /** Smallest number allowed. */
ParameterRange = |  readonly min?: number;
ParameterRange = |  /** A bound that itself is not allowed. */
ParameterRange = |  readonly above?: number;
ParameterRange = |  /** Largest number allowed. */
ParameterRange = |  readonly max?: number;
ParameterRange = |  /** Whole numbers only; an interval then includes both ends, and a normal is rounded. */
ParameterRange = |  readonly whole?: boolean;
ParameterRange = |  /** Named in the error: "nm", "degrees". */
ParameterRange = |  readonly unit?: string;
ParameterRange = |}
ParameterRange = |
ParameterRange = |/** No draw of {@link drawRange} is further from the mean than this: its uniforms have 53 bits. */
ParameterRange = |const largestDeviation = Math.sqrt(2 * 53 * Math.LN2);
ParameterRange = |
ParameterRange = |/**
ParameterRange = | * Checks a range that a user gave.
ParameterRange = | *
ParameterRange = | * @param value anything
ParameterRange = | * @param path where it stands in the configuration, such as `rawValueTransforms[2].range`
ParameterRange = | * @throws VoxelfeedError `invalid-option`: not a range, reversed, or reaching beyond the limits; `unknown-option`
ParameterRange = | */
ParameterRange = |export function checkRange(value: unknown, path: string, limits: RangeLimits = {}): ParameterRange {
ParameterRange = |  const expected = `a number, [lo, hi], { choice } or { normal }${describeLimits(limits)}`;
ParameterRange = |  if (typeof value === "number") {
ParameterRange = |    if (!allows(limits, value)) throw invalid(path, expected, value);
ParameterRange = |    return value;
ParameterRange = |  }
ParameterRange = |  if (Array.isArray(value)) return checkInterval(value, path, limits);
ParameterRange = |  if (typeof value !== "object" || value === null) throw invalid(path, expected, value);
ParameterRange = |  checkKeys(value, ["choice", "normal"], path);
ParameterRange = |  const { choice, normal } = value as { readonly choice?: unknown; readonly normal?: unknown };
ParameterRange = |  if ((choice === undefined) === (normal === undefined)) throw invalid(path, expected, value);
ParameterRange = |  if (normal !== undefined) return { normal: checkNormal(normal, `${path}.normal`, limits) };
ParameterRange = |  const listed = Array.isArray(choice) && choice.length > 0 && choice.every((each) => allows(limits, each));
ParameterRange = |  if (!listed) throw invalid(`${path}.choice`, `a list of numbers${describeLimits(limits)}`, choice);
ParameterRange = |  return value as ParameterRange;
ParameterRange = |}
ParameterRange = |
ParameterRange = |function checkInterval(value: readonly unknown[], path: string, limits: RangeLimits) {
ParameterRange = |  const [lo, hi] = value;
ParameterRange = |  const ok = value.length === 2 && allows(limits, lo) && allows(limits, hi) && lo <= hi;
ParameterRange = |  if (!ok) throw invalid(path, `[lo, hi] with lo ≤ hi${describeLimits(limits)}`, value);
ParameterRange = |  return [lo, hi] as const;
ParameterRange = |}
ParameterRange = |
ParameterRange = |function checkNormal(value: unknown, path: string, limits: RangeLimits): NormalRange {
ParameterRange = |  checkKeys(value as object, ["mean", "sigma", "clip"], path);
ParameterRange = |  const { mean, sigma, clip } = value as Partial<NormalRange>;
ParameterRange = |  if (!Number.isFinite(mean)) throw invalid(`${path}.mean`, "a finite number", mean);
ParameterRange = |  if (!Number.isFinite(sigma) || sigma! < 0) throw invalid(`${path}.sigma`, "a number ≥ 0", sigma);
ParameterRange = |  if (clip === undefined) {
ParameterRange = |    const bounded = limits.min !== undefined || limits.above !== undefined || limits.max !== undefined;
ParameterRange = |    if (bounded) {
ParameterRange = |      const hint = "A normal distribution has no end of its own.";
ParameterRange = |      throw invalid(`${path}.clip`, `[lo, hi]${describeLimits(limits)}`, clip, hint);
ParameterRange = |    }
ParameterRange = |    return { mean: mean!, sigma: sigma! };
ParameterRange = |  }
ParameterRange = |  if (!Array.isArray(clip)) throw invalid(`${path}.clip`, "[lo, hi] with lo ≤ hi", clip);
ParameterRange = |  return { mean: mean!, sigma: sigma!, clip: checkInterval(clip, `${path}.clip`, limits) };
ParameterRange = |}
ParameterRange = |
ParameterRange = |function allows({ min, above, max, whole }: RangeLimits, value: unknown): value is number {
ParameterRange = |  return (
ParameterRange = |    Number.isFinite(value) &&
ParameterRange = |    (min === undefined || (value as number) >= min) &&
ParameterRange = |    (above === undefined || (value as number) > above) &&
ParameterRange = |    (max === undefined || (value as number) <= max) &&
ParameterRange = |    (whole !== true || Number.isInteger(value))
ParameterRange = |  );
ParameterRange = |}
ParameterRange = |
ParameterRange = |function describeLimits({ min, above, max, whole, unit }: RangeLimits): string {
ParameterRange = |  const words = [
ParameterRange = |    ...(whole === true ? ["whole numbers"] : []),
ParameterRange = |    ...(unit === undefined ? [] : [`in ${unit}`]),
ParameterRange = |    ...(min === undefined ? [] : [`≥ ${min}`]),
ParameterRange = |    ...(above === undefined ? [] : [`> ${above}`]),
ParameterRange = |    ...(max === undefined ? [] : [`≤ ${max}`]),
ParameterRange = |  ];
ParameterRange = |  return words.length === 0 ? "" : ` (${words.join(", ")})`;
ParameterRange = |}
ParameterRange = |
ParameterRange = |/** The smallest and the largest number that {@link drawRange} can give. */
ParameterRange = |export function rangeBounds(range: ParameterRange): readonly [lo: number, hi: number] {
ParameterRange = |  if (typeof range === "number") return [range, range];
ParameterRange = |  if (isInterval(range)) return range;
ParameterRange = |  if ("choice" in range) return [Math.min(...range.choice), Math.max(...range.choice)];
ParameterRange = |  const { mean, sigma, clip = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } = range.normal;
ParameterRange = |  const within = (value: number): number => Math.min(Math.max(value, clip[0]), clip[1]);
ParameterRange = |  return [within(mean - largestDeviation * sigma), within(mean + largestDeviation * sigma)];
ParameterRange = |}
ParameterRange = |
ParameterRange = |/**
ParameterRange = | * Draws a number. Every form takes two draws, so that the form of one range never moves what others draw.
ParameterRange = | *
ParameterRange = | * Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
ParameterRange = | *
ParameterRange = | * @param range checked by {@link checkRange}
ParameterRange = | * @param whole draw whole numbers: an interval includes both ends, a normal is rounded
ParameterRange = | */
ParameterRange = |export function drawRange(range: ParameterRange, draw: Draw, whole = false): number {
ParameterRange = |  const u = draw();
ParameterRange = |  const v = draw();
ParameterRange = |  if (typeof range === "number") return range;
ParameterRange = |  if (isInterval(range)) {
ParameterRange = |    const [lo, hi] = range;
ParameterRange = |    return whole ? lo + Math.floor(u * (hi - lo + 1)) : lo + u * (hi - lo);
ParameterRange = |  }
ParameterRange = |  if ("choice" in range) return range.choice[Math.floor(u * range.choice.length)]!;
ParameterRange = |  const { mean, sigma, clip = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } = range.normal;
ParameterRange = |  // 1 - u is never 0.
ParameterRange = |  const value = mean + sigma * Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
ParameterRange = |  return Math.min(Math.max(whole ? Math.round(value) : value, clip[0]), clip[1]);
ParameterRange = |}
ParameterRange = |
ParameterRange = |function isInterval(range: ParameterRange): range is readonly [number, number] {
ParameterRange = |  return Array.isArray(range);
ParameterRange = |}
ParameterRange = |
ParameterRange = |/** A probability, or 1 when absent. @throws VoxelfeedError `invalid-option` */
ParameterRange = |export function checkProbability(value: unknown, path: string): number {
ParameterRange = |  if (value === undefined) return 1;
ParameterRange = |  if (typeof value === "number" && value >= 0 && value <= 1) return value;
ParameterRange = |  throw invalid(path, "a probability from 0 to 1", value);
ParameterRange = |}
