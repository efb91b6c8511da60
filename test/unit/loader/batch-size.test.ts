import { describe, expect, test } from "vitest";
import type { Dataset } from "../../../src/dataset/dataset.js";
import type { DatasetArray } from "../../../src/dataset/sample.js";
import { batchBytes, batchSizeWithin, suggestBatchSize } from "../../../src/loader/batch-size.js";

const raw = { spec: { shape: [2, 3, 5], dtype: "float32", mask: false }, channels: ["raw"] };
const labels = { spec: { shape: [2, 3, 5], dtype: "uint8", mask: true }, channels: ["a", "b"] };
const arrays = [raw, labels] as unknown as DatasetArray[];

describe("batchBytes", () => {
  test("counts values and masks, each padded to 16 bytes", () => {
    // 30 voxels: 120 → 128 bytes of raw, and twice 60 → 64 of labels and their mask.
    expect(batchBytes(arrays, 1)).toBe(128 + 64 + 64);
    expect(batchBytes(arrays, 2)).toBe(240 + 128 + 128);
  });
});

describe("batchSizeWithin", () => {
  test("is the largest batch that fits", () => {
    for (const maxBytes of [256, 300, 1000, 4096, 100_000]) {
      const size = batchSizeWithin(arrays, maxBytes);
      expect(batchBytes(arrays, size)).toBeLessThanOrEqual(maxBytes);
      expect(batchBytes(arrays, size + 1)).toBeGreaterThan(maxBytes);
    }
  });
  test("says which number to raise when not even one sample fits", () => {
    expect(() => batchSizeWithin(arrays, 255)).toThrow(/256 bytes.*maxBatchBytes \(255\)/);
  });
});

describe("suggestBatchSize", () => {
  const dataset = { arrays } as unknown as Dataset;
  test("is a power of two of which several batches fit", () => {
    expect(suggestBatchSize(dataset, { maxBytes: 4 * 256 * 9, batches: 4 })).toBe(8);
  });
  test("keeps every array within the device's buffers", () => {
    const device = { limits: { maxBufferSize: 500 } } as unknown as GPUDevice;
    expect(suggestBatchSize(dataset, { device })).toBe(4);
  });
});
