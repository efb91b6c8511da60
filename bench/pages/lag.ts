/** How long the main thread keeps a timer waiting. */
import type { LagFigures } from "./job.js";

const EVERY_MS = 5;

/** Starts a 5 ms timer; the function returned stops it and tells how late its calls came. */
export function meterLag(): () => LagFigures {
  const lagsMs: number[] = [];
  let due = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    lagsMs.push(Math.max(0, now - due));
    due = now + EVERY_MS;
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    // Work that ran until now has kept the timer waiting too.
    lagsMs.push(Math.max(0, performance.now() - due));
    lagsMs.sort((a, b) => a - b);
    const at = (share: number): number =>
      lagsMs[Math.min(lagsMs.length - 1, Math.floor(share * lagsMs.length))]!;
    return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: lagsMs.at(-1)! };
  };
}

/** The same over `ms` of doing nothing: what the machine does to us, whoever reads. */
export async function idleLag(ms: number): Promise<LagFigures> {
  const stop = meterLag();
  await new Promise((done) => setTimeout(done, ms));
  return stop();
}
