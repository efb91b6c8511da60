/** A bottleneck in words: what was found, and what to do. */
import type { MonitorFindings } from "./findings.js";
import { bytesText, msText, percentText } from "./format.js";

/**
 * What limits: nothing (`none`), what is done with the batches (`consumer`), answers that take long to begin
 * (`fetch-latency`) or to come (`fetch-bandwidth`), too few connections for the requests (`connections`), decoding, the
 * disk, rendering on the processors (`render-cpu`) or on the GPU, uploads included (`render-gpu`), planning, the way between
 * threads (`transfer`), waiting for room in a budget (`budget`), or loading again what a budget did not keep (`thrash`).
 */
export type BottleneckKind =
  | "none"
  | "consumer"
  | "fetch-latency"
  | "fetch-bandwidth"
  | "connections"
  | "decode"
  | "disk"
  | "render-cpu"
  | "render-gpu"
  | "planning"
  | "transfer"
  | "budget"
  | "thrash";

export interface Advice {
  /** What was found, one sentence. */
  readonly summary: string;
  /** What to do, one or two sentences; empty where there is nothing to do. */
  readonly recommendation: string;
}

/** @param share of the bottleneck, 0 to 1 */
export function adviceFor(kind: BottleneckKind, share: number, findings: MonitorFindings): Advice {
  return { ...sentences[kind](percentText(share), findings) };
}

type Sentences = (share: string, findings: MonitorFindings) => Advice;

const sentences: Readonly<Record<BottleneckKind, Sentences>> = {
  none: (_, { pace: { batches } }) => ({
    summary:
      batches < 3
        ? "Not enough batches yet to say what limits."
        : "Balanced: no stage stands out in the waits.",
    recommendation: "",
  }),
  consumer: (share) => ({
    summary: `Consumer-bound: the next batch was ready when it was asked for; ${share} of the time was spent on the batches.`,
    recommendation:
      "Loading is not the limit: make the training step faster, or enjoy the spare time for larger patches.",
  }),
  "fetch-latency": (share, findings) => ({
    summary: `Fetch-bound: ${share} of the wait is latency on ${servers(findings)} (median ${latency(findings)}).`,
    recommendation: `Ask less often or more at once: ${blockShuffle}, larger chunks, or a higher prefetch; ${moreConnections(findings)}.`,
  }),
  "fetch-bandwidth": (share, findings) => ({
    summary: `Fetch-bound: ${share} of the wait is the transfer of answers, ${rate(findings)} from ${servers(findings)}.`,
    recommendation: `Fetch fewer bytes: ${blockShuffle}, a larger budget.memory and budget.disk, a coarser scale, or a volume that is compressed better.`,
  }),
  connections: (share, findings) => ({
    summary: `Fetch-bound: ${share} of the wait is for answers, and requests wait longer for a connection to ${servers(findings)} than for their answer.`,
    recommendation: `${sentence(moreConnections(findings))}; or ask less often: ${blockShuffle}, larger chunks, or shards.`,
  }),
  decode: (share, { stages: { decode } }) => ({
    summary: `Decode-bound: ${share} of the wait is decoding, ${perSecond(decode.bytes, decode.totalMs)} per thread.`,
    recommendation: `Decode less often: a larger budget.memory, ${blockShuffle}; or decode faster: more workers where there are cores, and zstd or blosc (lz4) rather than gzip.`,
  }),
  disk: (share, { stages: { disk } }) => ({
    summary: `Disk-bound: ${share} of the wait is for chunks of the disk cache (median ${msText(disk.p50Ms)}).`,
    recommendation: `Keep more in memory: a larger budget.memory, or ${blockShuffle}; budget.disk: 0 where the server is faster than the disk.`,
  }),
  "render-cpu": (share, { stages: { render } }) => ({
    summary: `Render-bound: ${share} of the wait is rendering in the workers (median ${msText(render.p50Ms)} per read).`,
    recommendation:
      'Render on a GPU (backend "webgpu"), use more workers where there are cores, or fewer transforms that look at neighbours.',
  }),
  "render-gpu": (share, { stages: { render, upload } }) => ({
    summary: `GPU-bound: ${share} of the time goes to uploads (${msText(upload.totalMs)}) and rendering on the GPU (median ${msText(render.p50Ms)} per submit).`,
    recommendation:
      "Use a larger budget.gpu so that bricks stay on the GPU, fewer transforms that look at neighbours, or smaller patches.",
  }),
  planning: (share, { stages: { plan } }) => ({
    summary: `Planning-bound: ${share} of the wait is planning on the page's thread (median ${msText(plan.p50Ms)} per batch).`,
    recommendation: "Use larger patches rather than many small ones, smaller batches, or a higher prefetch.",
  }),
  transfer: (share, { stages: { transfer } }) => ({
    summary: `Transfer-bound: ${share} of the wait is the way from the workers to the page (median ${msText(transfer.p50Ms)}).`,
    recommendation:
      "Keep the page's thread free of long tasks: results wait for it. Smaller dtypes (uint8, float16) are moved faster.",
  }),
  budget: (share, { stages: { queue } }) => {
    const parts = (["memory", "gpu", "inflight"] as const).map(
      (part) => [part, queue.parts[part]?.totalMs ?? 0] as const,
    );
    const [tier] = parts.reduce((most, other) => (other[1] > most[1] ? other : most));
    return {
      summary: `Budget-bound: ${share} of the wait is for room in budget.${tier}.`,
      recommendation: `Raise budget.${tier}, or use fewer batches ahead (prefetch), smaller batches or patches.`,
    };
  },
  thrash: (share, { tiers: { memory, gpu } }) => {
    const [name, tier] =
      memory.repeated >= gpu.repeated ? (["memory", memory] as const) : (["gpu", gpu] as const);
    return {
      summary: `Budget thrash: ${percentText(tier.repeated / Math.max(tier.misses, 1))} of the chunks that came into budget.${name} (${bytesText(tier.maxBytes)}) had been there before, and ${share} of the wait is for loading.`,
      recommendation: `Raise budget.${name}, or use ${blockShuffle}, so that what is loaded is used before it must go.`,
    };
  },
};

const blockShuffle = "samplers.blockShuffle()";

/** The origins, in words: how many and what they speak. */
function servers({ origins }: MonitorFindings): string {
  const protocols = [...new Set(origins.map(({ protocol }) => protocolName(protocol)))].sort();
  if (origins.length === 0) return "the store";
  if (origins.length === 1) return `one ${protocols[0]} origin`;
  return `${origins.length} ${protocols.join(" and ")} origins`;
}

function protocolName(protocol: string): string {
  if (protocol === "") return "server";
  if (protocol === "h2") return "HTTP/2";
  if (protocol === "h3") return "HTTP/3";
  return protocol.toUpperCase();
}

function moreConnections({ origins }: MonitorFindings): string {
  const isMultiplexed = origins.some(({ protocol }) => /^h[23]/.test(protocol));
  if (isMultiplexed)
    return "name further addresses of the data (a list of URLs), so that more connections are used";
  return "serve the data by HTTP/2, or name further addresses of it (a list of URLs), so that more connections are used";
}

function latency({ origins, stages }: MonitorFindings): string {
  const busiest = origins.reduce(
    (most, origin) => (most === null || origin.requests > most.requests ? origin : most),
    null as (typeof origins)[number] | null,
  );
  return msText(busiest?.latencyP50Ms ?? stages.fetch.p50Ms);
}

function rate({ stages: { fetch }, elapsedMs }: MonitorFindings): string {
  return perSecond(fetch.bytes, elapsedMs);
}

function perSecond(bytes: number, durationMs: number): string {
  return `${bytesText((bytes / Math.max(durationMs, 1e-9)) * 1000)}/s`;
}

function sentence(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
