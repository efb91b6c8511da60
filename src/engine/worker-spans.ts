/** What workers say of their time, as spans on the page's clock. */
import type { LoadReply, RenderReply } from "../pool/protocol.js";
import { localMs, type RequestTiming, type Spans } from "../timing/spans.js";
import type { StoreSpec } from "../zarr/byte-store.js";

interface LoadedBrick {
  readonly worker: number;
  readonly brick: string;
  /** Decoded; 0 where the chunk is not stored. */
  readonly bytes: number;
}

/** The stages of one load, and the requests that its worker made since it last told. */
export function addLoadSpans(
  spans: Spans,
  loaded: LoadedBrick,
  { startedAtMs, diskMs, readMs, decodeMs, fromDisk, encodedBytes, requests }: LoadReply,
  store: StoreSpec | null,
): void {
  if (!spans.isObserved) return;
  const { bytes, ...place } = loaded;
  const startMs = localMs(startedAtMs);
  if (diskMs > 0) {
    spans.add({ stage: "disk", startMs, ms: diskMs, bytes: fromDisk ? bytes : 0, ...place });
  }
  for (const request of requests) addRequestSpans(spans, place.worker, request);
  // Requests tell of themselves, and so does a store on the page; a directory is read in one go.
  if (store?.kind === "directory") {
    const span = { startMs: startMs + diskMs, ms: readMs, bytes: encodedBytes, parts: { body: readMs } };
    spans.add({ stage: "fetch", ...span, ...place });
  }
  if (!fromDisk) {
    spans.add({ stage: "decode", startMs: startMs + diskMs + readMs, ms: decodeMs, bytes, ...place });
  }
}

function addRequestSpans(spans: Spans, worker: number, timing: RequestTiming): void {
  const { askedAtMs, queuedMs, latencyMs, bodyMs, bytes, ...request } = timing;
  const startMs = localMs(askedAtMs);
  spans.add({ stage: "queue", startMs, ms: queuedMs, bytes: 0, parts: { connection: queuedMs }, worker });
  const parts = { latency: latencyMs, body: bodyMs };
  const ms = latencyMs + bodyMs;
  spans.add({ stage: "fetch", startMs: startMs + queuedMs, ms, bytes, parts, worker, request });
}

/** A render in a worker, and the way of its result to the page. */
export function addRenderSpans(
  spans: Spans,
  worker: number,
  { startedAtMs, endedAtMs }: Pick<RenderReply, "startedAtMs" | "endedAtMs">,
  bytes: number,
): void {
  if (!spans.isObserved) return;
  const [startMs, endMs] = [localMs(startedAtMs), localMs(endedAtMs)];
  const ms = endMs - startMs;
  spans.add({ stage: "render", startMs, ms, bytes, parts: { cpu: ms }, worker });
  // The clocks of two threads agree to a fraction of a millisecond only.
  const movedMs = Math.max(0, performance.now() - endMs);
  spans.add({ stage: "transfer", startMs: endMs, ms: movedMs, bytes, worker });
}
