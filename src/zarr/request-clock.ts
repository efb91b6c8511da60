/** Times one request: when it was asked for, sent and answered. */
import { type RequestTiming, sharedNowMs } from "../timing/spans.js";

export class RequestClock {
  readonly #askedAtMs = sharedNowMs();
  #sentAtMs = this.#askedAtMs;
  #headAtMs: number | null = null;

  /** Its turn has come. */
  sent(): void {
    this.#sentAtMs = sharedNowMs();
  }

  /** The answer has begun. */
  head(): void {
    this.#headAtMs = sharedNowMs();
  }

  /** It is over. @param protocol as resource timing names it, empty where it is not known */
  timing(url: string, protocol: string, bytes: number, failed: boolean): RequestTiming {
    const endMs = sharedNowMs();
    const headAtMs = this.#headAtMs ?? endMs;
    return {
      origin: new URL(url).origin,
      protocol,
      failed,
      askedAtMs: this.#askedAtMs,
      queuedMs: this.#sentAtMs - this.#askedAtMs,
      latencyMs: headAtMs - this.#sentAtMs,
      bodyMs: endMs - headAtMs,
      bytes,
    };
  }
}
