import { describe, expect, it } from "vitest";
import { reportMarkdown, shown, suiteMarkdown } from "../../../bench/report/markdown.mjs";
import { suitePlot } from "../../../bench/report/plot.mjs";
import { summarize } from "../../../bench/runner/summary.mjs";
import { suites } from "../../../bench/suites/index.mjs";

const settings = { volume: "em-blosc-512" };
const suite = {
  name: "made-up",
  title: "A < B & C",
  unit: "ms",
  measure: "throughput",
  contenders: ["ours", "theirs"],
  reference: "theirs",
  cases: [
    { name: "small", settings },
    { name: "large", comparedWith: "small", settings },
  ],
  targets: [
    { case: "small", contender: "ours", atLeast: 2, chunkRequests: 4 },
    { case: "large", contender: "ours", atLeast: 0.9 },
    { case: "small", contender: "ours", against: "missing", atLeast: 1 },
  ],
};
const round = (value: number, chunks = 5) => ({
  value,
  requests: { chunks },
  lag: { p99Ms: 4 },
  idleLag: { p99Ms: 2 },
  grownMiB: 30,
  cpuMs: 200,
});
const [small, large] = suite.cases;
const entries = [
  { case: small!, contender: "ours", failure: null, rounds: [round(10), round(12), round(8)] },
  { case: small!, contender: "theirs", failure: null, rounds: [round(40), round(24), round(40)] },
  { case: small!, contender: "missing", failure: "no | Python", rounds: [] },
  { case: large!, contender: "ours", failure: null, rounds: [round(20), round(12), round(10)] },
];
const summary = summarize(suite, entries);

describe("summarize", () => {
  it("compares with the reference of the case, or with the same contender in another case", () => {
    expect(summary.cases[0]!.contenders[0]).toMatchObject({
      median: 10,
      ratios: [4, 2, 5],
      ratio: 4,
      grownMiB: 30,
      cpuMs: 200,
    });
    expect(summary.cases[1]!.contenders[0]).toMatchObject({ ratios: [0.5, 1, 0.8], ratio: 0.8 });
  });

  it("checks targets, requests included, and misses what was not measured", () => {
    expect(summary.targets.map(({ ratio, met }) => [ratio, met])).toEqual([
      [4, false],
      [0.8, false],
      [null, false],
    ]);
    const fewer = entries.map((entry) => ({
      ...entry,
      rounds: entry.rounds.map(({ value }) => round(value, 4)),
    }));
    expect(summarize(suite, fewer).targets[0]).toMatchObject({ met: true, against: "theirs" });
  });

  it("holds a figure itself to a ceiling where a target says so", () => {
    const targets = [
      { case: "small", contender: "ours", atMost: 10 },
      { case: "small", contender: "ours", atMost: 9 },
      { case: "small", contender: "missing", atMost: 9 },
    ];
    const held = summarize({ ...suite, targets }, entries);
    expect(held.targets.map(({ median, met }) => [median, met])).toEqual([
      [10, true],
      [10, false],
      [null, false],
    ]);
    const text = suiteMarkdown(held);
    expect(text).toContain("- met: small, ours: 10 ms, at most 10");
    expect(text).toContain("- **missed**: small, ours: 10 ms, at most 9");
    expect(text).toContain("- **missed**: small, missing: not measured");
  });
});

describe("Markdown", () => {
  it("has a row per contender, and says what is missed by how much", () => {
    const text = suiteMarkdown(summary);
    expect(text).toContain("| small (ratio to theirs) | ours | 10 | 4 | 4 · 2 · 5 | 5 | 4 (2) | 30 | 200 |");
    expect(text).toContain("|  | missing | no \\| Python |");
    expect(text).toContain(
      "- **missed**: small, ours against theirs: 4 ×, at least 2 ×, at most 4 chunk requests",
    );
    expect(text).toContain("against missing: not measured");
  });

  it("names command and machine", () => {
    const text = reportMarkdown({ command: "npm run bench -- x", machine: { cores: 2 } }, [summary]);
    expect(text).toContain("`npm run bench -- x`");
    expect(text).toContain("| cores | 2 |");
  });

  it("shows three digits", () => {
    expect([1234.5, 12.345, 0.012345, 100, 0, null].map(shown)).toEqual([
      "1235",
      "12.3",
      "0.0123",
      "100",
      "0",
      "",
    ]);
  });
});

describe("suitePlot", () => {
  const svg = suitePlot(summary);

  it("draws bars in proportion, with a tick per round", () => {
    const widths = [...svg.matchAll(/width="([\d.]+)" height="16" fill="#(?!222)/g)].map((match) =>
      Number(match[1]),
    );
    expect(widths).toHaveLength(3);
    expect(widths[1]! / widths[0]!).toBeCloseTo(4, 1);
    expect(svg.match(/width="2.0"/g)).toHaveLength(9);
  });

  it("escapes its texts, and says what was not measured", () => {
    expect(svg).toContain("A &lt; B &amp; C (ms)");
    expect(svg).toContain("not measured");
  });
});

describe("suites", () => {
  it("have names of their own, and targets of cases and contenders that exist", () => {
    expect(new Set(suites.map(({ name }) => name)).size).toBe(suites.length);
    for (const { name, cases, contenders, reference, targets } of suites) {
      const known = [...contenders, ...cases.flatMap((one) => one.contenders ?? [])];
      expect(known, name).toContain(reference);
      const caseNames = cases.map((one) => one.name);
      for (const one of cases)
        if (one.comparedWith !== undefined) expect(caseNames).toContain(one.comparedWith);
      for (const target of targets) {
        expect(caseNames, name).toContain(target.case);
        expect(known, name).toContain(target.contender);
      }
    }
  });
});
