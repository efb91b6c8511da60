import { describe, expect, test } from "vitest";
import { readSettings } from "../../../demo/settings.js";

const form = (entries: Record<string, string> = {}) =>
  new URLSearchParams({
    source: " /data/datasplit.csv ",
    shape: "32, 80, 80",
    batchSize: "4",
    seed: "42",
    ...entries,
  });

describe("readSettings", () => {
  test("reads a form as it stands when the page opens", () => {
    expect(readSettings(form({ mirror: "1", rotate: "1" }))).toEqual({
      source: "/data/datasplit.csv",
      split: "train",
      shape: [32, 80, 80],
      scale: null,
      batchSize: 4,
      backend: "auto",
      workers: null,
      seed: 42,
      batches: null,
      mirror: true,
      transpose: false,
      rotate: true,
    });
  });

  test.each([
    ["64", [64, 64, 64]],
    ["8, 4, 4", [8, 4, 4]],
    ["8 4 4", [8, 4, 4]],
    ["8×4×4", [8, 4, 4]],
    ["5.24,4,4", [5.24, 4, 4]],
  ])("reads the voxel size %j", (scale, expected) => {
    expect(readSettings(form({ scale })).scale).toEqual(expected);
  });

  test.each([
    ["shape", "a, b, c"],
    ["shape", "32, 96"],
    ["shape", ""],
    ["scale", "8 nm"],
    ["batchSize", "many"],
    ["seed", ""],
    ["workers", "two"],
    ["backend", "cuda"],
  ])("says which field is no use: %s %j", (name, value) => {
    const read = () => readSettings(form({ [name]: value }));
    expect(read).toThrow(expect.objectContaining({ code: "invalid-option", path: name }));
  });
});
