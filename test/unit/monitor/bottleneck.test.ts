import { describe, expect, it } from "vitest";
import type { BottleneckKind } from "../../../src/monitor/advice.js";
import type { WaitCause } from "../../../src/monitor/blame.js";
import { findBottleneck } from "../../../src/monitor/bottleneck.js";
import type { MonitorFindings, TierReport } from "../../../src/monitor/findings.js";
import { defaultThresholds } from "../../../src/monitor/options.js";
import type { OriginReport } from "../../../src/monitor/origins.js";
import { StageFigures, type StageReport } from "../../../src/monitor/stage-figures.js";
import { type SpanPart, type Stage, stages } from "../../../src/timing/spans.js";

const MiB = 2 ** 20;
const tier: TierReport = {
  bytes: MiB,
  peakBytes: MiB,
  maxBytes: 256 * MiB,
  parts: { bricks: MiB },
  hits: 100,
  misses: 100,
  hitRate: 0.5,
  repeated: 0,
};
const h1: OriginReport = {
  origin: "http://a.example",
  protocol: "http/1.1",
  requests: 100,
  failed: 0,
  bytes: 10 * MiB,
  latencyP50Ms: 52,
  latencyP95Ms: 60,
};

interface Case {
  readonly waitMs?: number;
  readonly consumerMs?: number;
  readonly waitedFor?: Partial<Record<WaitCause, number>>;
  readonly parts?: readonly (readonly [Stage, SpanPart, number])[];
  readonly bytes?: Partial<Record<Stage, number>>;
  readonly tiers?: Partial<MonitorFindings["tiers"]>;
  readonly origins?: readonly OriginReport[];
  readonly batches?: number;
}

/** Findings of ten seconds. */
function findings(of: Case): MonitorFindings {
  const { batches = 50, waitMs = 9000, consumerMs = 1000, waitedFor = {}, tiers = {}, origins = [h1] } = of;
  const figures = (stage: Stage): StageReport => {
    const all = new StageFigures(defaultThresholds[stage]);
    for (const [name, part, ms] of of.parts ?? []) {
      if (name === stage)
        all.add({ stage, startMs: 0, ms, bytes: of.bytes?.[stage] ?? 0, parts: { [part]: ms } });
    }
    return all.report;
  };
  return {
    elapsedMs: 10_000,
    batches,
    samples: batches,
    stages: Object.fromEntries(stages.map((stage) => [stage, figures(stage)])) as Record<Stage, StageReport>,
    tiers: { gpu: { ...tier, misses: 0 }, memory: tier, disk: { ...tier, hits: 0 }, ...tiers },
    inflight: tier,
    origins,
    pace: { batches, waitMs, consumerMs, waitedFor },
    batchAnalysis: { batches, prepareMs: 200, waitMs: 180, outliers: [] },
  };
}

const cases: readonly (readonly [BottleneckKind, string, Case, summary: RegExp, recommendation: RegExp])[] = [
  [
    "none",
    "of two batches",
    { batches: 2, waitedFor: { "fetch latency": 9000 } },
    /^Not enough batches yet/,
    /^$/,
  ],
  [
    "none",
    "where no stage stands out",
    { waitedFor: { "fetch latency": 2000, decode: 2500, "render cpu": 2500, disk: 2000 } },
    /^Balanced/,
    /^$/,
  ],
  [
    "consumer",
    "where next() hardly waits",
    { waitMs: 500, consumerMs: 9500, waitedFor: { "fetch latency": 500 } },
    /^Consumer-bound: .* 95 % of the time/,
    /training step/,
  ],
  [
    "fetch-latency",
    "on one HTTP/1.1 origin",
    { waitedFor: { "fetch latency": 8640, decode: 360 }, parts: [["fetch", "latency", 8640]] },
    /^Fetch-bound: 96 % of the wait is latency on one HTTP\/1\.1 origin \(median 52 ms\)/,
    /blockShuffle.*HTTP\/2.*further addresses/,
  ],
  [
    "fetch-latency",
    "on two origins of HTTP/2, which is not recommended then",
    {
      waitedFor: { "fetch latency": 9000 },
      origins: [
        { ...h1, protocol: "h2" },
        { ...h1, protocol: "h2", origin: "http://b.example" },
      ],
    },
    /on 2 HTTP\/2 origins/,
    /^(?!.*serve the data by HTTP\/2).*further addresses/,
  ],
  [
    "fetch-bandwidth",
    "where bodies are what takes time",
    {
      waitedFor: { "fetch latency": 1000, "fetch body": 8000 },
      parts: [["fetch", "body", 8000]],
      bytes: { fetch: 100 * MiB },
    },
    /^Fetch-bound: 89 % .* 10\.0 MiB\/s/,
    /fewer bytes.*budget\.disk/,
  ],
  [
    "connections",
    "where requests wait longer for a connection than for their answer",
    {
      waitedFor: { "fetch latency": 9000 },
      parts: [
        ["queue", "connection", 40_000],
        ["fetch", "latency", 20_000],
      ],
    },
    /wait longer for a connection to one HTTP\/1\.1 origin/,
    /^Serve the data by HTTP\/2.*blockShuffle/,
  ],
  [
    "decode",
    "where the processors decode",
    {
      waitedFor: { decode: 8000, "fetch latency": 1000 },
      parts: [["decode", "cpu", 8000]],
      bytes: { decode: 800 * MiB },
    },
    /^Decode-bound: 89 % .* 100 MiB\/s per thread/,
    /budget\.memory.*zstd/,
  ],
  [
    "disk",
    "where the cache is slow",
    { waitedFor: { disk: 6000, decode: 3000 } },
    /^Disk-bound: 67 %/,
    /budget\.disk: 0/,
  ],
  [
    "render-cpu",
    "where workers render or have no turn",
    { waitedFor: { "render cpu": 5000, "queue worker": 3000, "fetch latency": 1000 } },
    /^Render-bound: 89 %/,
    /webgpu/,
  ],
  [
    "render-gpu",
    "where uploads are waited for",
    { waitedFor: { upload: 6000, "render submit": 1000, decode: 2000 }, parts: [["upload", "submit", 6000]] },
    /^GPU-bound: 78 % .*6000 ms/,
    /budget\.gpu/,
  ],
  [
    "render-gpu",
    "where the GPU is never idle although next() does not wait",
    { waitMs: 100, consumerMs: 9900, parts: [["render", "gpu", 8000]] },
    /^GPU-bound: 80 %/,
    /budget\.gpu/,
  ],
  [
    "planning",
    "where the page plans",
    { waitedFor: { plan: 7000, decode: 2000 } },
    /^Planning-bound: 78 %/,
    /larger patches/,
  ],
  [
    "transfer",
    "where the page is late",
    { waitedFor: { transfer: 7000, decode: 2000 } },
    /^Transfer-bound: 78 %/,
    /long tasks/,
  ],
  [
    "budget",
    "where reads wait for room",
    {
      waitedFor: { "queue memory": 5000, "queue inflight": 1000, decode: 3000 },
      parts: [
        ["queue", "memory", 5000],
        ["queue", "inflight", 1000],
      ],
    },
    /^Budget-bound: 67 % .*budget\.memory/,
    /^Raise budget\.memory/,
  ],
  [
    "thrash",
    "of the memory tier, whatever the reload costs",
    {
      waitedFor: { "fetch latency": 4000, decode: 4000, "render cpu": 1000 },
      tiers: { memory: { ...tier, maxBytes: 12 * MiB, repeated: 60 } },
    },
    /^Budget thrash: 60 % .*budget\.memory \(12\.0 MiB\).* 89 %/,
    /^Raise budget\.memory.*blockShuffle/,
  ],
  [
    "thrash",
    "of the GPU tier",
    {
      waitedFor: { upload: 4000, transfer: 4000 },
      tiers: { gpu: { ...tier, maxBytes: 8 * MiB, repeated: 90 } },
    },
    /budget\.gpu \(8\.0 MiB\)/,
    /^Raise budget\.gpu/,
  ],
  [
    "render-cpu",
    "and not thrash, where repeated loads are not what is waited for",
    { waitedFor: { "render cpu": 8000, decode: 1000 }, tiers: { memory: { ...tier, repeated: 60 } } },
    /^Render-bound/,
    /webgpu/,
  ],
];

describe("the bottleneck is", () => {
  it.each(cases)("%s %s", (kind, _, given, summary, recommendation) => {
    const found = findBottleneck(findings(given));
    expect(found.kind).toBe(kind);
    expect(found.summary).toMatch(summary);
    expect(found.recommendation).toMatch(recommendation);
    expect(found.share).toBeGreaterThanOrEqual(0);
    expect(found.share).toBeLessThanOrEqual(1);
  });

  it("of every kind in one of these cases", () => {
    const kinds: Record<BottleneckKind, true> = {
      none: true,
      consumer: true,
      "fetch-latency": true,
      "fetch-bandwidth": true,
      connections: true,
      decode: true,
      disk: true,
      "render-cpu": true,
      "render-gpu": true,
      planning: true,
      transfer: true,
      budget: true,
      thrash: true,
    };
    expect(new Set(cases.map(([kind]) => kind))).toEqual(new Set(Object.keys(kinds)));
  });

  it("told with a share that follows from the waits alone", () => {
    expect(findBottleneck(findings({ waitedFor: { disk: 4500, decode: 4000 } })).share).toBeCloseTo(0.5, 9);
  });
});
