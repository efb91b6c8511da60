import { describe, expect, it } from "vitest";
import { defaultThresholds, resolveMonitorOptions } from "../../../src/monitor/options.js";
import { stages } from "../../../src/timing/spans.js";

const refusal = (options: object) => {
  try {
    resolveMonitorOptions(options);
  } catch (error) {
    return error as { code: string; message: string; path: string };
  }
  throw new Error("it was accepted");
};

describe("monitor options", () => {
  it("have defaults for every stage, and keep what is not named", () => {
    expect(Object.keys(defaultThresholds).sort()).toEqual([...stages].sort());
    const { thresholds, traceSpans, userTiming } = resolveMonitorOptions({
      thresholds: { fetch: { slowMs: 20 }, plan: { slowMs: 1, verySlowMs: 2 } },
    });
    expect(thresholds.fetch).toEqual({ slowMs: 20, verySlowMs: defaultThresholds.fetch.verySlowMs });
    expect(thresholds.plan).toEqual({ slowMs: 1, verySlowMs: 2 });
    expect(thresholds.decode).toEqual(defaultThresholds.decode);
    expect([traceSpans, userTiming]).toEqual([8192, false]);
  });

  it("are refused with the path and what would have been right", () => {
    expect(refusal({ treshold: {} })).toMatchObject({ code: "unknown-option", path: "treshold" });
    expect(refusal({ thresholds: { fetsch: {} } })).toMatchObject({ path: "thresholds.fetsch" });
    expect(refusal({ thresholds: { fetsch: {} } }).message).toContain('Did you mean "fetch"?');
    expect(refusal({ thresholds: { fetch: { slowMs: 0 } } })).toMatchObject({
      code: "invalid-option",
      path: "thresholds.fetch.slowMs",
    });
    expect(refusal({ thresholds: { fetch: { slowMs: 9000 } } }).message).toContain("≥ slowMs (9000)");
    expect(refusal({ traceSpans: -1 })).toMatchObject({ path: "traceSpans" });
    expect(refusal({ userTiming: "yes" })).toMatchObject({ path: "userTiming" });
  });
});
