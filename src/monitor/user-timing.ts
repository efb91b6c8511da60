/** Spans as User Timing measures, so that the browser's own profiler shows them. */
import type { Span } from "../timing/spans.js";

/**
 * Measures a span that has ended. Profilers and observers see it; the page's buffer of entries does not keep it, so
 * that it stays as small as it was.
 *
 * Source of `detail.devtools`: https://developer.chrome.com/docs/devtools/performance/extension
 */
export function measureSpan({ stage, startMs, ms, ...rest }: Span): void {
  const name = `voxelfeed ${stage}`;
  const devtools = { dataType: "track-entry", track: stage, trackGroup: "voxelfeed" };
  performance.measure(name, { start: Math.max(0, startMs), duration: ms, detail: { ...rest, devtools } });
  performance.clearMeasures(name);
}
