/** Whether the browser has a network at all. */
import { raceAbort } from "../abort.js";

/**
 * Whether requests to this URL must fail because there is no network. The machine itself is always there, and a
 * browser that is unsure says that it is online.
 */
export function isOffline(url: string): boolean {
  return globalThis.navigator?.onLine === false && !isLoopback(new URL(url).hostname);
}

/** Settles with the `online` event. @throws the signal's reason on abort */
export async function backOnline(signal: AbortSignal | undefined): Promise<void> {
  let hear = (): void => {};
  const online = new Promise<void>((resolve) => {
    hear = resolve;
    addEventListener("online", hear, { once: true });
  });
  try {
    await raceAbort(online, signal);
  } finally {
    removeEventListener("online", hear);
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "[::1]" || /^127\.|(^|\.)localhost$/.test(hostname);
}
