import { describe, expect, it } from "vitest";
import { Origins } from "../../../src/monitor/origins.js";

const request = (origin: string, latency: number, protocol = "", failed = false) => ({
  stage: "fetch" as const,
  startMs: 0,
  ms: latency,
  bytes: 100,
  parts: { latency },
  request: { origin, protocol, failed },
});

describe("origins", () => {
  it("are told apart, with the protocol as soon as it is known", () => {
    const origins = new Origins();
    origins.add(request("https://a.example", 50));
    origins.add(request("https://a.example", 50, "h2"));
    origins.add(request("https://b.example", 80, "http/1.1", true));
    const [a, b] = origins.report;
    expect(a).toMatchObject({
      origin: "https://a.example",
      protocol: "h2",
      requests: 2,
      failed: 0,
      bytes: 200,
    });
    expect(a!.latencyP50Ms).toBe(50);
    expect(b).toMatchObject({ protocol: "http/1.1", requests: 1, failed: 1 });
  });

  it("beyond the first 32 are counted as one, and reads without a request not at all", () => {
    const origins = new Origins();
    for (let i = 0; i < 40; i++) origins.add(request(`https://${i}.example`, 10));
    origins.add({ stage: "fetch", startMs: 0, ms: 5, bytes: 7 });
    expect(origins.report.length).toBe(33);
    expect(origins.report.at(-1)).toMatchObject({ origin: "other", requests: 8 });
  });
});
