import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findRegressions, guardedSuites, newBaseline } from "../../../bench/report/baseline.mjs";
import { suites } from "../../../bench/suites/index.mjs";

const guarded = { suite: "cold", case: "blosc", contender: "voxelfeed-cpu" };
const baseline = [{ ...guarded, ratio: 2, atLeast: 1.2, atMostRequests: 115 }];

/** Results of three rounds with these ratios and numbers of requests. */
const results = (ratios: number[], requests: number[], failure: string | null = null) => {
  const rounds = requests.map((chunks) => ({ requests: { chunks } }));
  const sorted = [...ratios].sort((a, b) => a - b);
  const contender = { name: "voxelfeed-cpu", failure, ratios, ratio: sorted[1] ?? null, rounds };
  const cases = [{ name: "blosc", contenders: [contender] }];
  return [{ name: "cold", cases }] as unknown as Parameters<typeof findRegressions>[1];
};

describe("findRegressions", () => {
  it("fails only when every round is below the bound", () => {
    expect(findRegressions(baseline, results([1.1, 0.9, 1.19], [100, 100, 100]))).toEqual([
      "cold / blosc / voxelfeed-cpu is slower: 1.10, 0.90, 1.19 times the reference, at least 1.2 expected",
    ]);
    expect(findRegressions(baseline, results([1.1, 0.9, 1.2], [100, 100, 100]))).toEqual([]);
  });

  it("fails when every round asks for more chunks than there may be", () => {
    expect(findRegressions(baseline, results([2, 2, 2], [116, 120, 130]))).toEqual([
      "cold / blosc / voxelfeed-cpu asks for more: 116, 120, 130 chunks, at most 115",
    ]);
    expect(findRegressions(baseline, results([2, 2, 2], [116, 115, 130]))).toEqual([]);
  });

  it("fails when it was not measured, or not in all rounds", () => {
    const sentence = "cold / blosc / voxelfeed-cpu was not measured: it was not run";
    expect(findRegressions(baseline, [])).toEqual([sentence]);
    expect(findRegressions(baseline, results([2], [100], "the page crashed"))[0]).toContain(
      "the page crashed",
    );
  });
});

describe("newBaseline", () => {
  it("allows two fifths less than the median ratio, and some more requests than the most", () => {
    expect(newBaseline([guarded], results([2, 2.4, 1.9], [100, 98, 100]))).toEqual(baseline);
  });

  it("is not made of what was not measured", () => {
    expect(() => newBaseline([guarded], results([], []))).toThrow("was not measured");
  });
});

describe("guardedSuites", () => {
  it("keeps the guarded cases, with what they are compared with", () => {
    const scale = { suite: "scale", case: "65,536³ voxels", contender: "voxelfeed-cpu" };
    const [cold, other] = guardedSuites(suites, [scale, guarded]);
    expect(cold!.cases.map(({ name }) => name)).toEqual(["blosc"]);
    expect(cold!.cases[0]!.contenders).toEqual(["voxelfeed-cpu", "zarrita-main"]);
    expect(other!.cases.map(({ name }) => name)).toEqual(["512³ voxels", "65,536³ voxels"]);
  });

  it("refuses a case that no suite has", () => {
    expect(() => guardedSuites(suites, [{ ...guarded, case: "lz4" }])).toThrow('no case "lz4"');
  });

  it("finds everything that the committed baseline names", () => {
    const committed = JSON.parse(
      readFileSync(new URL("../../../bench/baseline.json", import.meta.url), "utf8"),
    );
    const found = guardedSuites(suites, committed);
    expect(new Set(found.map(({ name }) => name))).toEqual(
      new Set(committed.map(({ suite }: { suite: string }) => suite)),
    );
    for (const { atLeast, ratio } of committed) expect(atLeast).toBeLessThan(ratio);
  });
});
