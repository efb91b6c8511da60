/**
 * How many requests are under way per origin, and whose turn is next.
 *
 * A browser opens six connections to an origin over HTTP/1.1, whatever is asked of it, and queues the rest out
 * of our reach; over HTTP/2 and 3 one connection carries many requests. So the limit follows the protocol, which
 * resource timing tells as soon as a first answer is in.
 */

import { Budget, type Priority } from "../cache/budget.js";

/**
 * Requests under way per origin. Of those over HTTP/1.1 training may have seven eighths: two more than there are connections,
 * so that none falls idle.
 */
const limits = { http1: 10, multiplexed: 64, unknown: 16 } as const;

/**
 * What requests for training and such keep of an origin's places while someone looks: those under way share bandwidth and
 * cores with what is looked at, whoever came first.
 */
const restrainedPart = 1 / 8;

/**
 * Meanwhile a place of theirs rests for as long as its request took, but no longer: without latency one request after the
 * other would keep a core busy.
 */
const maxRestMs = 25;

/** So long after the last visible request: whoever has looked at one place looks at the next. */
const lookingMs = 500;

/** The places of one origin. */
interface Origin {
  readonly places: Budget;
  /** Visible requests, waiting or under way. */
  visible: number;
  /** Whether there are any, or were a moment ago. */
  isLooked: boolean;
  calm: ReturnType<typeof setTimeout> | undefined;
}

/** Requests under way per origin for a protocol as resource timing names it (ALPN id; "" where it is hidden). */
export function requestLimit(protocol: string): number {
  if (/^h[23]/.test(protocol)) return limits.multiplexed;
  return protocol.startsWith("http/1") ? limits.http1 : limits.unknown;
}

export class FetchQueue {
  readonly #origins = new Map<string, Origin>();
  readonly #protocols = new Map<string, string>();
  readonly #share: number;
  #observer: PerformanceObserver | undefined;

  /** @param workers how many queues share the origins' connections */
  constructor(workers: number) {
    this.#share = workers;
  }

  /**
   * Waits for a place among the requests to an origin; the most urgent goes first.
   *
   * @returns gives the place back
   * @throws the signal's reason on abort
   */
  async enter(url: string, priority: Priority, signal?: AbortSignal): Promise<() => void> {
    const origin = this.#originOf(url);
    if (priority !== "visible") {
      const leave = await origin.places.take(1, signal, priority);
      const startMs = performance.now();
      return () => {
        if (origin.isLooked) setTimeout(leave, Math.min(performance.now() - startMs, maxRestMs));
        else leave();
      };
    }
    const looked = look(origin);
    try {
      const leave = await origin.places.take(1, signal, priority);
      return () => {
        leave();
        looked();
      };
    } catch (error) {
      looked();
      throw error;
    }
  }

  #originOf(url: string): Origin {
    const { origin: name } = new URL(url);
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const places = new Budget(this.#part(limits.unknown), `requests to ${name}`);
    const origin: Origin = { places, visible: 0, isLooked: false, calm: undefined };
    this.#origins.set(name, origin);
    this.#observe();
    return origin;
  }

  /** What an origin was seen to speak, as resource timing names it; empty where that is not known yet, or hidden. */
  protocolOf(url: string): string {
    return this.#protocols.get(new URL(url).origin) ?? "";
  }

  /** Learns the protocol of every origin from its first answers. */
  #observe(): void {
    if (this.#observer !== undefined || typeof PerformanceObserver === "undefined") return;
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
        const { nextHopProtocol } = entry;
        if (!nextHopProtocol) continue;
        const { origin } = new URL(entry.name);
        this.#protocols.set(origin, nextHopProtocol);
        this.#origins.get(origin)?.places.resize(this.#part(requestLimit(nextHopProtocol)));
      }
    });
    this.#observer.observe({ type: "resource" });
  }

  #part(limit: number): number {
    return Math.max(2, Math.ceil(limit / this.#share));
  }
}

/** Restrains all others at an origin, until a while after the last of those that look was called back. */
function look(origin: Origin): () => void {
  clearTimeout(origin.calm);
  origin.isLooked = true;
  if (origin.visible++ === 0) origin.places.restrainOthers(restrainedPart);
  let isLooking = true;
  return () => {
    if (!isLooking) return;
    isLooking = false;
    if (--origin.visible > 0) return;
    origin.calm = setTimeout(() => {
      origin.isLooked = false;
      origin.places.restrainOthers(1);
    }, lookingMs);
  };
}
