import { describe, expect, it } from "vitest";
import { findDifference } from "../../../bench/runner/verify.mjs";

const expected = {
  checksums: [11, 22],
  probes: [
    [1, 2],
    [3, 4],
  ],
};

describe("findDifference", () => {
  it("finds nothing in equal patches", () => {
    expect(findDifference(expected, structuredClone(expected), 0)).toBeNull();
    expect(findDifference(expected, structuredClone(expected), 0.1)).toBeNull();
  });

  it("names the patch that is different, and how many there should be", () => {
    expect(findDifference(expected, { ...expected, checksums: [11, 23] }, 0)).toContain("patch 1 of 2");
    expect(findDifference(expected, { checksums: [11], probes: [[1, 2]] }, 0)).toBe(
      "returned 1 patches instead of 2",
    );
  });

  it("compares voxels where a tolerance is given, checksums not", () => {
    const near = { checksums: [0, 0], probes: [expected.probes[0]!, [3.5, 4]] };
    expect(findDifference(expected, near, 0.3)).toBeNull();
    expect(findDifference(expected, near, 0.2)).toContain("differs by 0.250 on average in patch 1 of 2");
  });

  it("takes NaN and missing voxels for different", () => {
    const broken = {
      checksums: [11, 22],
      probes: [
        [1, Number.NaN],
        [3, 4],
      ],
    };
    expect(findDifference(expected, broken, 1)).toContain("patch 0 of 2");
    expect(findDifference(expected, { checksums: [11, 22], probes: [[1], [3, 4]] }, 1)).toContain(
      "patch 0 of 2",
    );
  });
});
