/** Waiting for a disk that may never answer. */

/**
 * How long a load waits for the disk before it fetches, milliseconds. Reads take a few; a database that one page
 * holds open while another wants it deleted keeps everybody waiting until the first one is closed.
 */
export const patienceMs = 3000;

export class Patience {
  #overdue = 0;

  /** Whether something is waited for that has already taken too long: it is no use to ask for more. */
  get isOver(): boolean {
    return this.#overdue > 0;
  }

  /** What comes of the work; null when it takes too long, which is told: then it goes on unheeded. */
  async waitFor<T>(work: Promise<T>, tell?: () => void): Promise<T | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        this.#overdue++;
        const answered = (): void => void this.#overdue--;
        work.then(answered, answered);
        tell?.();
        resolve(null);
      }, patienceMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
