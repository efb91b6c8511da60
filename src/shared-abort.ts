/** One abort for an operation that several callers share. */

/** Aborts an operation that several callers share when the last of them has left. */
export class SharedAbort {
  readonly #controller = new AbortController();
  #takers = 0;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Joins; the returned function leaves (once), with the reason to use if this was the last taker. */
  join(): (reason?: unknown) => void {
    this.#takers++;
    let inside = true;
    return (reason) => {
      if (!inside) return;
      inside = false;
      if (--this.#takers === 0) this.#controller.abort(reason);
    };
  }
}
