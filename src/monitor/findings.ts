/** What a monitor finds out, as plain JSON. */
import type { TierUse } from "../cache/ledger.js";
import type { LoaderStats } from "../loader/loader.js";
import type { Stage } from "../timing/spans.js";
import type { BatchAnalysis, Pace } from "./batches.js";
import type { OriginReport } from "./origins.js";
import type { Repeats } from "./repeats.js";
import type { StageReport } from "./stage-figures.js";

/** A cache: what it holds, and how often what was asked for was there. */
export interface TierReport extends TierUse {
  /** Bricks found there. */
  readonly hits: number;
  /** Bricks not found there. */
  readonly misses: number;
  /** Part of the bricks asked for that were found; null where none was asked for. */
  readonly hitRate: number | null;
  /** Bricks put there that had been there before: a larger budget would have kept them. */
  readonly repeated: number;
}

export interface MonitorFindings {
  /** Since the monitor was made. */
  readonly elapsedMs: number;
  /** Batches delivered since then. */
  readonly batches: number;
  readonly samples: number;
  readonly stages: Readonly<Record<Stage, StageReport>>;
  readonly tiers: Readonly<Record<"gpu" | "memory" | "disk", TierReport>>;
  /** Chunks under way. */
  readonly inflight: TierUse;
  readonly origins: readonly OriginReport[];
  /** Where the time of the latest batches went. */
  readonly pace: Pace;
  readonly batchAnalysis: BatchAnalysis;
}

/**
 * Hits and misses since the monitor was made.
 *
 * @param first of the loader when the monitor was made; @param now of the loader
 * @param looks how often the disk was looked at
 */
export function tierReports(
  first: LoaderStats,
  now: LoaderStats,
  looks: number,
  loaded: Repeats,
  uploaded: Repeats,
): MonitorFindings["tiers"] {
  const since = (name: "gpuHits" | "memoryHits" | "diskHits" | "chunkLoads" | "sharedBricks"): number =>
    now[name] - first[name];
  const disk = since("diskHits");
  // What another worker holds is in memory.
  const inMemory = since("memoryHits") + since("sharedBricks");
  const { gpu, memory } = now.budget;
  return {
    gpu: { ...gpu, ...hitRate(since("gpuHits"), uploaded.total), repeated: uploaded.repeated },
    memory: { ...memory, ...hitRate(inMemory, since("chunkLoads") + disk), repeated: loaded.repeated },
    disk: { ...now.budget.disk, ...hitRate(disk, Math.max(0, looks - disk)), repeated: 0 },
  };
}

function hitRate(hits: number, misses: number): Pick<TierReport, "hits" | "misses" | "hitRate"> {
  const asked = hits + misses;
  return { hits, misses, hitRate: asked === 0 ? null : hits / asked };
}
