import { describe, expect, it } from "vitest";
import { countReport, formatCounts } from "../../../scripts/test-counts.mjs";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

describe("countReport", () => {
  it("adds up the tests of all files", () => {
    const testResults = [
      file("passed", "passed", "passed", "skipped"),
      file("failed", "passed", "failed", "todo"),
    ];
    expect(countReport({ testResults })).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });

  it("counts a file that could not be loaded as one failure", () => {
    expect(countReport({ testResults: [file("failed")] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("counts a failed hook, which leaves its tests unrun", () => {
    expect(countReport({ testResults: [file("failed", "skipped")] })).toEqual({
      passed: 0,
      failed: 1,
      skipped: 1,
    });
  });
});

describe("formatCounts", () => {
  it("names skipped tests only where there are any", () => {
    expect(formatCounts({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
    expect(formatCounts({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
  });
});
