import { describe, expect, it } from "vitest";
import { openDataset } from "../../../src/index.js";
import { frameNumbers } from "../../../src/plan/frames.js";
import { planPatch } from "../../../src/plan/patch.js";
import type { Level } from "../../../src/zarr/metadata.js";
import { type FixtureOptions, memoryStore, writeVolume } from "../../helpers/fixtures.js";

const shape = [24, 24, 24] as const;
const store = async (options: Partial<FixtureOptions> = {}) =>
  memoryStore(await writeVolume({ shape, ...options }));

describe("frameNumbers", () => {
  it("tells images apart by everything that a plan depends on, and by nothing else", async () => {
    const dataset = await openDataset({
      raw: await store(),
      inputArrays: { raw: { shape: [8, 8, 8], scale: [10, 10, 10] } },
    });
    const { levels } = dataset.crops[0]!.raw.meta;
    const changed = (change: Partial<Level>): readonly Level[] => [{ ...levels[0]!, ...change }];
    const array = levels[0]!.array;
    const others = [
      changed({ shape: [24, 24, 25] }),
      changed({ brickShape: [16, 16, 16] }),
      changed({ brickDType: "uint16" }),
      changed({ voxelSizeNm: [10, 10, 11] }),
      changed({ translationNm: [0, 0, 5] }),
      changed({ array: { ...array, fillBytes: [7] } }),
      [...levels, ...levels],
    ];
    const same = changed({ array: { ...array, path: "elsewhere", codecs: [] } });
    expect(frameNumbers([levels, ...others, same])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0]);
  });
});

describe("a dataset's plans", () => {
  it("are shared by the classes of one frame, and are what each image's own plan would be", async () => {
    const dataset = await openDataset({
      raw: await store(),
      targets: {
        first: await store(),
        second: await store({ compressor: "gzip" }),
        shifted: await store({ translation: [10, 0, 0] }),
      },
      inputArrays: { raw: { shape: [8, 8, 8], scale: [10, 10, 10] } },
      targetArrays: { labels: { shape: [8, 8, 8], scale: [10, 10, 10] } },
    });
    const { reads, origin } = dataset.plan(100);
    const [first, second, shifted] = reads.labels!;
    expect(second!.plan).toBe(first!.plan);
    expect(second!.image).not.toBe(first!.image);
    expect(shifted!.plan.base).not.toEqual(first!.plan.base);
    const spec = dataset.arrays[1]!.spec;
    for (const { image, plan, level } of [first!, second!, shifted!]) {
      expect(planPatch(image.meta.levels, { ...spec, center: origin.center })).toEqual({ level, plan });
    }
    expect(reads.raw![0]!.plan.interpolation).toBe("linear");
    expect(dataset.plan(101).reads.labels![0]!.plan).not.toEqual(first!.plan);
  });
});
