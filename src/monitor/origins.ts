/** Requests by the origin they asked. */
import type { Span } from "../timing/spans.js";
import { DurationHistogram } from "./histogram.js";

/** Further origins are counted as one. */
const maxOrigins = 32;

export interface OriginReport {
  /** `other` for all beyond the first 32. */
  readonly origin: string;
  /** As resource timing names it, such as `http/1.1` or `h2`; empty where the server hides it. */
  readonly protocol: string;
  readonly requests: number;
  /** Without a usable answer; they may have been made again. */
  readonly failed: number;
  readonly bytes: number;
  /** From the request to the answer's head, medians and 95th percentiles. */
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
}

interface OriginFigures {
  protocol: string;
  failed: number;
  bytes: number;
  readonly latency: DurationHistogram;
}

export class Origins {
  readonly #origins = new Map<string, OriginFigures>();

  add({ request, parts, bytes }: Span): void {
    if (request === undefined) return;
    const figures = this.#figuresOf(request.origin);
    if (request.protocol !== "") figures.protocol = request.protocol;
    if (request.failed) figures.failed++;
    figures.bytes += bytes;
    figures.latency.add(parts?.latency ?? 0);
  }

  get report(): OriginReport[] {
    return [...this.#origins].map(([origin, { protocol, failed, bytes, latency }]) => {
      const { count, p50Ms, p95Ms } = latency.durations;
      return { origin, protocol, requests: count, failed, bytes, latencyP50Ms: p50Ms, latencyP95Ms: p95Ms };
    });
  }

  #figuresOf(origin: string): OriginFigures {
    const name = this.#origins.has(origin) || this.#origins.size < maxOrigins ? origin : "other";
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const figures = { protocol: "", failed: 0, bytes: 0, latency: new DurationHistogram() };
    this.#origins.set(name, figures);
    return figures;
  }
}
