/**
 * What a consumer waited for: each moment of a wait is laid to the work that was under way then.
 *
 * Much goes on at once, and what matters is what held the batch up. The page's own thread holds up everything, so
 * a moment in which it planned, uploaded or submitted is laid to that. Otherwise the part of the processors that decoded or
 * rendered takes its part of the moment, and the rest is laid to what came from outside meanwhile (answers,
 * the disk); where nothing came, to whatever else was waited for. Requests that are slow only because every processor is
 * busy are so not mistaken for a slow server.
 */
import type { Span, SpanPart, Stage } from "../timing/spans.js";

/** A stage, or a part of one, that can hold a batch up; `other` is what no span tells of. */
export const causes = [
  "plan",
  "upload",
  "render submit",
  "decode",
  "render cpu",
  "fetch latency",
  "fetch body",
  "disk",
  "queue connection",
  "render gpu",
  "queue worker",
  "queue memory",
  "queue gpu",
  "queue inflight",
  "transfer",
  "other",
] as const;
export type WaitCause = (typeof causes)[number];

/** What is laid to what, in the order of the rules above: indices into {@link causes}. */
const onPage = { first: 0, end: 3 };
const onProcessors = { first: 3, end: 5 };
const fromOutside = { first: 5, end: 8 };

const indexOf = new Map<string, number>(causes.map((cause, index) => [cause, index]));
const other = causes.length - 1;

/** A boundary of a piece of work: it begins (+1) or ends (−1). */
interface Boundary {
  readonly atMs: number;
  readonly cause: number;
  readonly worker: number;
  readonly step: 1 | -1;
}

/**
 * Lays a wait to causes.
 *
 * @param spans that may overlap with the wait
 * @param processors how many spans of workers can really run at once
 * @returns milliseconds by index of {@link causes}; their sum is `endMs - startMs`
 */
export function blameWait(
  spans: readonly Span[],
  startMs: number,
  endMs: number,
  processors: number,
): Float64Array {
  const blamed = new Float64Array(causes.length);
  const boundaries = spans.flatMap((span) => boundariesOf(span, startMs, endMs));
  boundaries.sort((a, b) => a.atMs - b.atMs);
  const active = new Int32Array(causes.length);
  const workers = new Map<number, number>();
  let atMs = startMs;
  for (const { atMs: nextMs, cause, worker, step } of boundaries) {
    blameMoment(blamed, active, Math.min(workers.size, processors) / processors, nextMs - atMs);
    atMs = nextMs;
    active[cause]! += step;
    if (cause < onProcessors.first || cause >= onProcessors.end) continue;
    const busy = (workers.get(worker) ?? 0) + step;
    if (busy === 0) workers.delete(worker);
    else workers.set(worker, busy);
  }
  blamed[other]! += endMs - atMs;
  return blamed;
}

/** @param busy part of the processors that are at work */
function blameMoment(blamed: Float64Array, active: Int32Array, busy: number, ms: number): void {
  if (ms <= 0) return;
  if (share(blamed, active, onPage.first, onPage.end, ms)) return;
  let restMs = ms;
  if (share(blamed, active, onProcessors.first, onProcessors.end, ms * busy)) restMs -= ms * busy;
  if (share(blamed, active, fromOutside.first, fromOutside.end, restMs)) return;
  // Nothing came from outside: what is done on the processors cannot be done by more of them.
  if (share(blamed, active, onProcessors.first, onProcessors.end, restMs)) return;
  for (let cause = fromOutside.end; cause < other; cause++) {
    if (share(blamed, active, cause, cause + 1, restMs)) return;
  }
  blamed[other]! += restMs;
}

/** Shares milliseconds among the active causes of a range, by how many spans each has; false when none is active. */
function share(blamed: Float64Array, active: Int32Array, first: number, end: number, ms: number): boolean {
  let total = 0;
  for (let cause = first; cause < end; cause++) total += active[cause]!;
  if (total === 0) return false;
  for (let cause = first; cause < end; cause++) blamed[cause]! += (ms * active[cause]!) / total;
  return true;
}

/** The span's parts one after the other, as far as they lie within the wait. */
function boundariesOf(
  { stage, startMs, ms, parts, worker = -1 }: Span,
  fromMs: number,
  toMs: number,
): Boundary[] {
  if (startMs >= toMs || startMs + ms <= fromMs) return [];
  const pieces =
    parts === undefined ? [[undefined, ms] as const] : (Object.entries(parts) as [SpanPart, number][]);
  const boundaries: Boundary[] = [];
  let pieceMs = startMs;
  for (const [part, length] of pieces) {
    const cause = indexOf.get(causeOf(stage, part));
    const begin = Math.max(pieceMs, fromMs);
    const end = Math.min(pieceMs + length, toMs);
    pieceMs += length;
    if (cause === undefined || end <= begin) continue;
    boundaries.push({ atMs: begin, cause, worker, step: 1 }, { atMs: end, cause, worker, step: -1 });
  }
  return boundaries;
}

function causeOf(stage: Stage, part: SpanPart | undefined): string {
  return part === undefined ? stage : `${stage} ${part}`;
}
