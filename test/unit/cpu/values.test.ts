import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ValueTransform, values } from "../../../src/augment/values.js";
import type { DrawnValues } from "../../../src/augment/values-list.js";
import { renderRead } from "../../../src/cpu/render.js";
import { renderValues } from "../../../src/cpu/values/render.js";
import { rotation } from "../../../src/math/rotation.js";
import type { WorkedRead } from "../../../src/plan/worked.js";
import type { Vec3 } from "../../../src/types.js";
import { makeVolume, randomSource, type TestVolume } from "./cases.js";
import { bricksFor, drawnFor, kinds, plainRead, type ValueRequest, workedRead } from "./value-cases.js";

function rendered(volume: TestVolume, read: WorkedRead, mask = false) {
  const { plan, values: work, gather } = read;
  const bricks = bricksFor(volume, read);
  return work === undefined
    ? renderRead(plan, bricks, { mask })
    : renderValues({ plan, values: work, gather }, bricks, { mask });
}

function render(volume: TestVolume, request: ValueRequest, drawn: DrawnValues, channel = 0): number[] {
  return Array.from(rendered(volume, workedRead(volume, request, drawn, channel)).data);
}

/** What was drawn for the last transform of a list. */
function parameters<T>(drawn: DrawnValues): T {
  return drawn.transforms.at(-1)!.parameters as T;
}

const volume = makeVolume({ dtype: "uint8", shape: [14, 15, 16], brickShape: [4, 8, 8], seed: 3 });
const request: ValueRequest = { center: [6.5, 7, 7.5], shape: [6, 7, 8] };
const grey = Array.from(rendered(volume, plainRead(volume, request)).data, (v) => v / 255);
const places = grey.map((_, i): Vec3 => [Math.floor(i / 56), Math.floor(i / 8) % 7, i % 8]);

/** Renders one transform after `normalize`, and compares with a formula of grey value, place and drawn parameters. */
function expectPointwise<T>(
  transform: ValueTransform,
  formula: (v: number, k: Vec3, drawn: T) => number,
): void {
  const drawn = drawnFor([values.normalize(), transform], request);
  const got = render(volume, request, drawn);
  const wanted = grey.map((v, i) => formula(v, places[i]!, parameters<T>(drawn)));
  got.forEach((value, i) => void expect(value).toBeCloseTo(wanted[i]!, 6));
}

describe("transforms that look at one voxel", () => {
  it("normalize maps the dtype's range, a range, or mean and standard deviation", () => {
    expect(render(volume, request, drawnFor([values.normalize()], request))).toEqual(
      Array.from(Float32Array.from(grey)),
    );
    const ranged = render(volume, request, drawnFor([values.normalize({ range: [-55, 200] })], request));
    ranged.forEach((v, i) => void expect(v).toBeCloseTo((grey[i]! * 255 + 55) / 255, 6));
    const standard = render(volume, request, drawnFor([values.normalize({ mean: 100, std: 20 })], request));
    standard.forEach((v, i) => void expect(v).toBeCloseTo((grey[i]! * 255 - 100) / 20, 5));
  });

  it("contrast, brightness, gamma, invert, clip, quantize and binarize follow their formulas", () => {
    expectPointwise<{ factor: number }>(
      values.contrast([0.5, 1.5], { about: 0.3 }),
      (v, _, { factor }) => 0.3 + factor * (v - 0.3),
    );
    expectPointwise<{ offset: number }>(values.brightness([-0.2, 0.2]), (v, _, { offset }) => v + offset);
    expectPointwise<{ exponent: number }>(values.gamma([0.5, 2]), (v, _, { exponent }) => v ** exponent);
    expectPointwise(values.invert(), (v) => 1 - v);
    expectPointwise(values.clip({ range: [0.2, 0.6] }), (v) => (v < 0.2 ? 0.2 : v > 0.6 ? 0.6 : v));
    expectPointwise<{ levels: number }>(values.quantize([3, 9]), (v, _, { levels }) => {
      const nearest = Array.from({ length: levels }, (_each, i) => i / (levels - 1));
      return nearest.reduce((best, level) =>
        Math.abs(level - v) < Math.abs(best - v) - 1e-12 ? level : best,
      );
    });
    expectPointwise<{ threshold: number }>(values.binarize({ threshold: 0.5 }), (v) => (v > 0.5 ? 1 : 0));
  });

  it("contrast about the mean, gamma over the patch and percentiles take the patch's own figures", () => {
    const mean = grey.reduce((a, b) => a + b) / grey.length;
    const sorted = [...grey].sort((a, b) => a - b);
    const [low, high] = [sorted[0]!, sorted.at(-1)!];
    expectPointwise<{ factor: number }>(
      values.contrast([0.5, 1.5], { about: "mean" }),
      (v, _, { factor }) => mean + factor * (v - mean),
    );
    expectPointwise<{ exponent: number }>(values.gamma([0.5, 2], { over: "patch" }), (v, _, { exponent }) => {
      return low + (high - low) * ((v - low) / (high - low)) ** exponent;
    });
    const [from, to] = [sorted[Math.round(0.05 * 335)]!, sorted[Math.round(0.9 * 335)]!];
    expectPointwise(values.normalize({ percentiles: [5, 90] }), (v) => (v - from) / (to - from));
  });

  it("nanToNum replaces NaN and both infinities", () => {
    const special = [Number.NaN, Infinity, -Infinity, 0.5];
    const odd = makeVolume({
      dtype: "float32",
      shape: [1, 1, 4],
      brickShape: [1, 1, 4],
      stored: (_z, _y, x) => special[x]!,
    });
    const whole = { center: [0, 0, 1.5], shape: [1, 1, 4] } as const;
    const list = [values.nanToNum({ nan: 0.25, positiveInfinity: 2, negativeInfinity: -3 })];
    expect(render(odd, whole, drawnFor(list, whole))).toEqual([0.25, 2, -3, 0.5]);
  });

  it("sections are missing, faint or dirty where they were drawn, and nowhere else", () => {
    type Sections = { sections: [number, number][] };
    const section = ({ sections }: Sections, at: number) =>
      sections.findIndex(([first, end]) => at >= first && at < end);
    expectPointwise<Sections>(values.missingSections(0.5, { fill: 0.25 }), (v, [z], drawn) =>
      section(drawn, z) >= 0 ? 0.25 : v,
    );
    expectPointwise<Sections & { factors: number[] }>(
      values.lowContrastSections(0.6, [0.1, 0.4], { axis: "y", thicknessNm: 2 }),
      (v, [, y], drawn) => {
        const at = section(drawn, y);
        return at < 0 ? v : 0.5 + drawn.factors[at]! * (v - 0.5);
      },
    );
    type Spot = { section: [number, number]; center: Vec3; radius: Vec3; fill: number; opacity: number };
    expectPointwise<{ spots: Spot[] }>(
      values.artifactSections(0.8, [1, 3], { axis: "x", fill: [0, 1] }),
      (v, [z, y, x], { spots }) =>
        spots.reduce((value, { section: [first, end], center, radius, fill, opacity }) => {
          if (x < first || x >= end) return value;
          const d2 = ((z - center[0]) / radius[0]) ** 2 + ((y - center[1]) / radius[1]) ** 2;
          return value + (fill - value) * opacity * Math.exp(-d2 / 2);
        }, v),
    );
  });

  it("cutout fills its boxes, and the bias field is the exponential of its polynomial", () => {
    type Box = { first: Vec3; end: Vec3; fill: number };
    expectPointwise<{ boxes: Box[] }>(
      values.cutout([2, 4], { count: 3, fill: [0, 1] }),
      (v, k, { boxes }) => {
        return boxes.reduce(
          (value, { first, end, fill }) =>
            k.every((at, i) => at >= first[i]! && at < end[i]!) ? fill : value,
          v,
        );
      },
    );
    const legendre = [
      () => 1,
      (x: number) => x,
      (x: number) => (3 * x * x - 1) / 2,
      (x: number) => (5 * x ** 3 - 3 * x) / 2,
    ];
    expectPointwise<{ coefficients: number[] }>(values.biasField(0.4), (v, [z, y, x], { coefficients }) => {
      const [a, b, c] = [(z + 0.5) / 3 - 1, (y + 0.5) / 3.5 - 1, (x + 0.5) / 4 - 1];
      let sum = 0;
      let next = 0;
      for (let i = 0; i <= 3; i++)
        for (let j = 0; i + j <= 3; j++)
          for (let k = 0; i + j + k <= 3; k++)
            sum += coefficients[next++]! * legendre[i]!(a) * legendre[j]!(b) * legendre[k]!(c);
      return v * Math.exp(sum);
    });
  });
});

describe("filters", () => {
  const { shape, cases } = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../fixtures/values.json"), "utf8"),
  );

  it("gaussianBlur of a whole volume is SciPy's, volume faces included", () => {
    for (const { sigma, values: wanted } of cases) {
      // Voxels of a size that makes one σ in nanometres the fixture's σ in voxels.
      const axes = (["z", "y", "x"] as const).filter((_, i) => sigma[i] > 0);
      const voxelSize = sigma.map((s: number) => (s > 0 ? 12 / s : 8)) as Vec3;
      const stored = (z: number, y: number, x: number) => (31 * z + 17 * y + 7 * x * x) % 97;
      const whole = makeVolume({ dtype: "uint8", shape, brickShape: [4, 4, 4], voxelSize, stored });
      const center = voxelSize.map((size, i) => (size * (shape[i] - 1)) / 2) as unknown as Vec3;
      const asked = { center, shape, scale: voxelSize };
      const got = render(whole, asked, drawnFor([values.gaussianBlur(12, { axes })], asked));
      got.forEach((value, i) => void expect(Math.abs(value - wanted[i])).toBeLessThan(2e-5));
    }
  });

  it("sharpen adds what the blur took away, by the amount", () => {
    const blurred = render(
      volume,
      request,
      drawnFor([values.normalize(), values.gaussianBlur(1.1)], request),
    );
    const drawn = drawnFor([values.normalize(), values.sharpen(0.7, 1.1)], request);
    const got = render(volume, request, drawn);
    got.forEach((value, i) => void expect(value).toBeCloseTo(grey[i]! + 0.7 * (grey[i]! - blurred[i]!), 6));
  });

  it("lowResolution averages boxes of the volume and interpolates between them, centred on the patch", () => {
    const line = makeVolume({
      dtype: "float32",
      shape: [1, 1, 40],
      brickShape: [1, 1, 16],
      stored: (_z, _y, x) => Math.sin(x) * 10,
    });
    const asked = { center: [0, 0, 19], shape: [1, 1, 9] } as const;
    for (const factor of [1.5, 2, 3.3]) {
      const got = render(line, asked, drawnFor([values.lowResolution(factor, { axes: ["x"] })], asked));
      // A box's average by fine steps, voxels being constant over their extent.
      const average = (centre: number) => {
        let sum = 0;
        const steps = 20_000;
        for (let i = 0; i < steps; i++) {
          const at = 19 + centre - factor / 2 + ((i + 0.5) / steps) * factor;
          sum += Math.fround(Math.sin(Math.floor(at + 0.5)) * 10);
        }
        return sum / steps;
      };
      got.forEach((value, i) => {
        const at = (i - 4) / factor;
        const low = Math.floor(at);
        const wanted = average(low * factor) * (1 - at + low) + average((low + 1) * factor) * (at - low);
        expect(Math.abs(value - wanted)).toBeLessThan(2e-3);
      });
    }
  });

  it.each(["gaussianBlur", "sharpen"])("%s of a patch is the crop of the same on a larger patch", (kind) => {
    const small: ValueRequest = { center: [6.5, 7, 7.5], shape: [4, 5, 6], matrix: rotation([20, 10, 5]) };
    const large: ValueRequest = { ...small, shape: [10, 9, 12] };
    const drawn = drawnFor([values.normalize(), ...kinds[kind]!], small);
    const [inner, outer] = [render(volume, small, drawn), render(volume, large, drawn)];
    inner.forEach((value, i) => {
      const [z, y, x] = [Math.floor(i / 30) + 3, (Math.floor(i / 6) % 5) + 2, (i % 6) + 3];
      expect(value).toBeCloseTo(outer[(z * 9 + y) * 12 + x]!, 6);
    });
  });

  it("pads and masks what is outside the volume, whatever its mirror images hold", () => {
    const outside: ValueRequest = {
      center: [1, 7, 7.5],
      shape: [8, 5, 6],
      matrix: rotation([0, 25, 0]),
      padValue: -9,
    };
    const plain = rendered(volume, plainRead(volume, outside), true);
    const drawn = drawnFor([values.normalize(), values.gaussianBlur(1.5), values.brightness(1)], outside);
    const worked = rendered(volume, workedRead(volume, outside, drawn), true);
    expect(worked.mask).toEqual(plain.mask);
    expect(new Set(plain.mask)).toEqual(new Set([0, 1]));
    worked.data.forEach((value, i) => void expect(value === -9).toBe(plain.mask![i] === 0));
  });
});

describe("noise", () => {
  const flat = makeVolume({
    dtype: "uint8",
    shape: [64, 64, 64],
    brickShape: [64, 64, 64],
    stored: () => 128,
  });
  const asked: ValueRequest = { center: [31.5, 31.5, 31.5], shape: [64, 64, 64] };
  const noiseOf = (
    list: readonly ValueTransform[],
    key = { seed: 1, epoch: 0, sample: 0 },
    index = 0,
    channel = 0,
  ) => Float64Array.from(render(flat, asked, drawnFor(list, asked, key, index), channel));
  const moments = (v: Float64Array) => {
    const mean = v.reduce((a, b) => a + b) / v.length;
    return { mean, sigma: Math.sqrt(v.reduce((sum, each) => sum + (each - mean) ** 2, 0) / v.length) };
  };
  const correlation = (a: Float64Array, b: Float64Array, shift = 0) => {
    const [ma, mb] = [moments(a), moments(b)];
    let sum = 0;
    for (let i = 0; i + shift < a.length; i++) sum += (a[i]! - ma.mean) * (b[i + shift]! - mb.mean);
    return sum / (a.length - shift) / (ma.sigma * mb.sigma);
  };
  const white = [values.normalize({ range: [0, 256] }), values.gaussianNoise(0.1)];

  it("has the mean and σ that were drawn: gaussian, speckle and Poisson", () => {
    const gaussian = moments(noiseOf(white));
    expect(Math.abs(gaussian.mean - 0.5)).toBeLessThan(0.001);
    expect(Math.abs(gaussian.sigma - 0.1)).toBeLessThan(0.0007);
    const speckle = moments(noiseOf([white[0]!, values.speckle(0.2)]));
    expect(Math.abs(speckle.mean - 0.5)).toBeLessThan(0.001);
    expect(Math.abs(speckle.sigma - 0.1)).toBeLessThan(0.0007);
    for (const photons of [4, 40, 58, 62, 400]) {
      const { mean, sigma } = moments(noiseOf([white[0]!, values.poissonNoise(photons)]));
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.005 / Math.sqrt(photons));
      expect(Math.abs(sigma / Math.sqrt(0.5 / photons) - 1)).toBeLessThan(0.006);
    }
  });

  it("is normal: a chi-square over 40 bins of equal probability, and its tails", () => {
    const z = noiseOf(white).map((v) => (v - 0.5) / 0.1);
    // Abramowitz and Stegun 26.2.17 for the normal distribution function.
    const cumulative = (x: number): number => {
      if (x < 0) return 1 - cumulative(-x);
      const t = 1 / (1 + 0.2316419 * x);
      const p =
        t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
      return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * p;
    };
    const bins = new Float64Array(40);
    for (const each of z) bins[Math.min(39, Math.floor(cumulative(each) * 40))]!++;
    const expected = z.length / 40;
    const chi = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 39 degrees of freedom: p = 1e-4 at 82.
    expect(chi).toBeLessThan(82);
    expect(z.reduce((most, each) => Math.max(most, each))).toBeGreaterThan(4);
  });

  it("is white in space, and independent of other operations, samples, epochs, arrays, channels and seeds", () => {
    const base = noiseOf(white);
    const limit = 5 / Math.sqrt(base.length);
    for (const shift of [1, 2, 3, 4, 64, 65, 4096])
      expect(Math.abs(correlation(base, base, shift))).toBeLessThan(limit);
    const key = { seed: 1, epoch: 0, sample: 0 };
    const others = [
      noiseOf([white[0]!, values.brightness(0), white[1]!]),
      noiseOf(white, { ...key, sample: 1 }),
      noiseOf(white, { ...key, sample: 2 ** 32 }),
      noiseOf(white, { ...key, epoch: 1 }),
      noiseOf(white, { ...key, seed: 2 }),
      noiseOf(white, { ...key, seed: 2 ** 32 + 1 }),
      noiseOf(white, key, 1),
      noiseOf(white, key, 0, 1),
    ];
    for (const other of others) expect(Math.abs(correlation(base, other))).toBeLessThan(limit);
    expect(noiseOf(white)).toEqual(base);
  });

  it("of a patch does not depend on whether it is blurred afterwards, and has a halo of its own", () => {
    const small: ValueRequest = { center: [31, 31, 31], shape: [9, 9, 9] };
    const sharp = render(flat, small, drawnFor([white[0]!, values.gaussianNoise(0.1)], small));
    const kept = render(
      flat,
      small,
      drawnFor([white[0]!, values.gaussianNoise(0.1), values.sharpen(0, 1)], small),
    );
    kept.forEach((value, i) => void expect(value).toBeCloseTo(sharp[i]!, 6));
    const blurred = render(
      flat,
      small,
      drawnFor([white[0]!, values.gaussianNoise(0.1), values.gaussianBlur(1)], small),
    );
    const faces = blurred.filter((_, i) => i < 81);
    const { sigma } = moments(Float64Array.from(faces));
    // Noise that the halo repeated or left out would make the first plane rougher than σ / (2 √π)^(3/2), or smoother.
    expect(sigma).toBeGreaterThan(0.005);
    expect(sigma).toBeLessThan(0.03);
  });
});

it("integer outputs round, and work that was not drawn leaves the read as it is", () => {
  const random = randomSource(1);
  const bytes = makeVolume({
    dtype: "uint8",
    shape: [4, 4, 4],
    brickShape: [4, 4, 4],
    stored: () => Math.floor(random() * 200),
  });
  const asked = { center: [1.5, 1.5, 1.5], shape: [4, 4, 4], dtype: "uint8" } as const;
  const plain = Array.from(rendered(bytes, plainRead(bytes, asked)).data);
  expect(render(bytes, asked, drawnFor([values.brightness(0.6)], asked))).toEqual(plain.map((v) => v + 1));
  expect(workedRead(bytes, asked, drawnFor([values.brightness(1, { p: 0 })], asked)).values).toBeUndefined();
});
