import { describe, expect, it } from "vitest";
import { presets } from "../../../src/augment/presets.js";
import { type ValueTransform, values } from "../../../src/augment/values.js";
import { checkValues, drawValues } from "../../../src/augment/values-list.js";
import { isVoxelfeedError } from "../../../src/errors.js";
import { kinds } from "../cpu/value-cases.js";

const grid = { shape: [16, 20, 24], scale: [40, 8, 8] } as const;

function refusal(list: unknown, shape: readonly [number, number, number] = grid.shape) {
  try {
    checkValues(list, "rawValueTransforms", { ...grid, shape });
  } catch (error) {
    if (isVoxelfeedError(error)) return { path: error.path, code: error.code, message: error.message };
  }
  return null;
}

describe("checks", () => {
  it("accepts every factory's descriptor, which is plain JSON", () => {
    for (const list of [
      ...Object.values(kinds),
      ...Object.values(presets).map((preset) => preset().rawValueTransforms),
    ]) {
      expect(JSON.parse(JSON.stringify(list))).toEqual(list);
      expect(checkValues(list, "rawValueTransforms", grid)).toBe(list);
    }
    expect(
      new Set(
        Object.values(kinds)
          .flat()
          .map(({ op }) => op),
      ).size,
    ).toBe(Object.keys(values).length);
  });

  it.each<readonly [unknown, string]>([
    [values.contrast([1.25, 0.75]), "range"],
    [values.contrast([-1, 1]), "range"],
    [values.contrast(1, { about: Number.NaN }), "about"],
    [values.brightness([0, Infinity]), "range"],
    [values.gamma(0), "range"],
    [values.gamma(1, { over: [1, 0] }), "over"],
    [values.normalize({ range: [1, 1] }), "range"],
    [values.normalize({ percentiles: [-1, 99] }), "percentiles"],
    [values.normalize({ mean: 1 }), "std"],
    [values.normalize({ std: 1 }), "mean"],
    [values.clip({ range: [1, 0] }), "range"],
    [values.nanToNum({ nan: Number.NaN }), "nan"],
    [values.quantize([2.5, 4]), "levels"],
    [values.quantize(1), "levels"],
    [values.binarize({ threshold: [1, 0] }), "threshold"],
    [values.gaussianNoise(-1), "sigma"],
    [values.gaussianNoise([0, 0.1], { p: 1.5 }), "p"],
    [values.poissonNoise(0), "photons"],
    [values.speckle({ choice: [] }), "sigma.choice"],
    [values.gaussianBlur({ normal: { mean: 1, sigma: 1 } }), "sigmaNm.normal.clip"],
    [values.gaussianBlur(1, { axes: ["x", "x"] }), "axes"],
    [values.sharpen(1, 0), "sigmaNm"],
    [values.lowResolution(-4), "voxelSizeNm"],
    [values.missingSections(2), "probability"],
    [values.lowContrastSections(0.1, [0, 2]), "range"],
    [values.artifactSections(0.1, [0, 2]), "radiusNm"],
    [values.missingSections(0.1, { thicknessNm: 0 }), "thicknessNm"],
    [values.cutout([0, 3]), "sizeNm"],
    [values.biasField([-1, 1]), "strength"],
  ])("refuses %j at %s", (spec, key) => {
    expect(refusal([values.normalize(), values.invert(), spec])).toMatchObject({
      code: "invalid-option",
      path: `rawValueTransforms[2].${key}`,
    });
  });

  it("names the nearest transform or key for one that is not known, and refuses sections across one voxel", () => {
    const unknown = refusal([{ op: "gausianNoise", sigma: 1 }]);
    expect(unknown).toMatchObject({ code: "unknown-option", path: "rawValueTransforms[0].op" });
    expect(unknown!.message).toContain('"gaussianNoise"');
    const key = refusal([{ op: "gaussianNoise", sgma: 1 }]);
    expect(key).toMatchObject({ code: "unknown-option", path: "rawValueTransforms[0].sgma" });
    expect(key!.message).toContain('"sigma"');
    expect(refusal([values.missingSections(0.1)], [1, 20, 24])).toMatchObject({
      path: "rawValueTransforms[0].axis",
    });
    expect(refusal({ raw: [] })).toMatchObject({ path: "rawValueTransforms" });
    expect(refusal([null])).toMatchObject({ path: "rawValueTransforms[0]" });
    expect(refusal(Array.from({ length: 33 }, () => values.invert()))).toMatchObject({
      path: "rawValueTransforms",
    });
  });
});

describe("draws", () => {
  const samples = 100_000;
  const drawn = <T>(transform: ValueTransform, pick: (parameters: T) => number): number[] =>
    Array.from({ length: samples }, (_, sample) => {
      const { transforms } = drawValues([transform], { seed: 11, epoch: 0, sample }, { ...grid, index: 0 });
      return pick(transforms[0]!.parameters as T);
    });
  const moments = (list: readonly number[]) => {
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    const sigma = Math.sqrt(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / list.length);
    return {
      mean,
      sigma,
      min: list.reduce((a, b) => Math.min(a, b)),
      max: list.reduce((a, b) => Math.max(a, b)),
    };
  };

  const uniform: Readonly<Record<string, readonly [ValueTransform, (p: never) => number]>> = {
    contrast: [values.contrast([2, 4]), (p: { factor: number }) => p.factor],
    brightness: [values.brightness([2, 4]), (p: { offset: number }) => p.offset],
    gamma: [values.gamma([2, 4]), (p: { exponent: number }) => p.exponent],
    binarize: [values.binarize({ threshold: [2, 4] }), (p: { threshold: number }) => p.threshold],
    gaussianNoise: [values.gaussianNoise([2, 4]), (p: { sigma: number }) => p.sigma],
    poissonNoise: [values.poissonNoise([2, 4]), (p: { photons: number }) => p.photons],
    speckle: [values.speckle([2, 4]), (p: { sigma: number }) => p.sigma],
    gaussianBlur: [values.gaussianBlur([2, 4]), (p: { sigmaNm: number }) => p.sigmaNm],
    sharpen: [values.sharpen([2, 4], 1), (p: { amount: number }) => p.amount],
    lowResolution: [values.lowResolution([2, 4]), (p: { voxelSizeNm: number }) => p.voxelSizeNm],
  };
  it.each(Object.entries(uniform))("%s is uniform over its range", (_, [transform, pick]) => {
    const { mean, sigma, min, max } = moments(drawn(transform, pick));
    expect(Math.abs(mean - 3)).toBeLessThan(0.01);
    expect(Math.abs(sigma - 1 / Math.sqrt(3))).toBeLessThan(0.005);
    expect([min >= 2, min < 2.001, max > 3.999, max <= 4]).toEqual([true, true, true, true]);
  });

  it("quantize draws whole levels, both ends included", () => {
    const levels = drawn(values.quantize([2, 5]), ({ levels: n }: { levels: number }) => n);
    for (const n of [2, 3, 4, 5]) {
      expect(Math.abs(levels.filter((each) => each === n).length / samples - 0.25)).toBeLessThan(0.006);
    }
  });

  it("sections are drawn with their probability, each as likely as the others", () => {
    const counts = new Float64Array(16);
    for (const transform of [
      values.missingSections(0.1),
      values.lowContrastSections(0.1, [0, 1]),
      values.artifactSections(0.1, 20),
    ]) {
      counts.fill(0);
      for (let sample = 0; sample < samples; sample++) {
        const { transforms } = drawValues([transform], { seed: 1, epoch: 0, sample }, { ...grid, index: 0 });
        const { sections, spots } = transforms[0]!.parameters as {
          sections?: [number, number][];
          spots?: { section: [number, number] }[];
        };
        const first = new Set((sections ?? spots!.map(({ section }) => section)).map(([at]) => at));
        for (const at of first) counts[at]!++;
      }
      for (const count of counts) expect(Math.abs(count / samples - 0.1)).toBeLessThan(0.005);
    }
  });

  it("boxes lie in the patch with their sizes, and bias coefficients are uniform about 0", () => {
    type Box = { first: number[]; end: number[] };
    const sizes: number[] = [];
    const middles: number[] = [];
    for (let sample = 0; sample < samples; sample++) {
      const { transforms } = drawValues(
        [values.cutout([16, 48])],
        { seed: 1, epoch: 0, sample },
        { ...grid, index: 0 },
      );
      const [box] = (transforms[0]!.parameters as { boxes: Box[] }).boxes;
      box!.first.forEach((first, axis) => {
        expect(first >= 0 && first < box!.end[axis]! && box!.end[axis]! <= grid.shape[axis]!).toBe(true);
      });
      if (box!.first[2]! > 0 && box!.end[2]! < 24) sizes.push(box!.end[2]! - box!.first[2]!);
      middles.push((box!.first[1]! + box!.end[1]!) / 2);
    }
    expect([Math.min(...sizes.slice(0, 1000)), Math.max(...sizes.slice(0, 1000))]).toEqual([2, 6]);
    expect(Math.abs(moments(middles).mean - 10)).toBeLessThan(0.06);
    const last = drawn(
      values.biasField(0.5),
      ({ coefficients }: { coefficients: number[] }) => coefficients[19]!,
    );
    const { mean, sigma, min, max } = moments(last);
    expect(Math.abs(mean)).toBeLessThan(0.005);
    expect(Math.abs(sigma - 0.5 / Math.sqrt(3))).toBeLessThan(0.003);
    expect(min >= -0.5 && max <= 0.5).toBe(true);
  });

  it("p is how often a transform is applied, and no transform changes what another draws", () => {
    const sample = (list: readonly ValueTransform[], n: number) =>
      drawValues(list, { seed: 2, epoch: 1, sample: n }, { ...grid, index: 3 }).transforms;
    let applied = 0;
    for (let n = 0; n < samples; n++) applied += sample([values.invert({ p: 0.3 })], n).length;
    expect(Math.abs(applied / samples - 0.3)).toBeLessThan(0.005);
    const [, noise] = sample([values.contrast([0, 1]), values.gaussianNoise([0, 1])], 5);
    expect(sample([values.cutout([8, 80], { count: [0, 9] }), values.gaussianNoise([0, 1])], 5)[1]).toEqual(
      noise,
    );
    expect(sample([values.invert({ p: 0 }), values.gaussianNoise([0, 1])], 5)).toEqual([noise]);
  });
});
