/** Named events with typed payloads. */

type Listener<Payload> = (payload: Payload) => void;

/** Tells listeners after the work that caused an event has gone on: a listener can neither stop nor reorder it. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** @returns stops telling this listener; calling it again does nothing */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    // A function of its own, so that one listener may be given twice and taken back once.
    const own: Listener<Events[Name]> = (payload) => listener(payload);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(own));
    return () => void listeners.delete(own);
  }

  /** Whether anybody would be told: of one event, or without a name of any. */
  isHeard(name?: keyof Events): boolean {
    if (name !== undefined) return (this.#listeners.get(name)?.size ?? 0) > 0;
    for (const listeners of this.#listeners.values()) if (listeners.size > 0) return true;
    return false;
  }

  /** What a listener throws is reported as an uncaught error of the page, as for listeners of the DOM. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    const listeners = this.#listeners.get(name) as Set<Listener<Events[Name]>> | undefined;
    for (const listener of listeners ?? []) {
      queueMicrotask(() => {
        if (listeners!.has(listener)) listener(payload);
      });
    }
  }
}
