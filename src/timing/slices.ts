/** Long work in slices: between two of them the thread does whatever else is waiting. */

/** A quarter of a frame, for the page's own thread: several pieces of work may each have a slice in one. */
export const pageSliceMs = 4;

/**
 * Runs the steps of a piece of work.
 *
 * @param sliceMs how long steps may follow each other at once; a single step may take longer
 * @returns what the work returns, and how long it kept the thread
 */
export async function inSlices<T>(
  steps: Generator<void, T>,
  sliceMs: number,
): Promise<{ readonly result: T; readonly busyMs: number }> {
  let busyMs = 0;
  for (;;) {
    const start = performance.now();
    for (;;) {
      const step = steps.next();
      const ms = performance.now() - start;
      if (step.done) return { result: step.value, busyMs: busyMs + ms };
      if (ms < sliceMs) continue;
      busyMs += ms;
      break;
    }
    await otherTasks();
  }
}

/** Does something once the tasks that are waiting now are over, however often that is asked for meanwhile. */
export class NextTask {
  readonly #work: () => void;
  #isDue = false;

  constructor(work: () => void) {
    this.#work = work;
  }

  ask(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    void otherTasks().then(() => {
      this.#isDue = false;
      this.#work();
    });
  }
}

/** Resolves after the tasks that are waiting now. A timer would wait for at least 4 ms when it is nested. */
export async function otherTasks(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
  port1.close();
}

/** Cuts what many callers do in one task: each waits for its turn, which comes in the next task once this one was long. */
export class Pace {
  readonly #sliceMs: number;
  /** One after the other, so that the next caller sees how long the work of this one took. */
  #last: Promise<void> = Promise.resolve();
  #sinceMs = 0;
  #nextTask: Promise<void> | null = null;

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
  }

  /** Resolves in a task that has time left; callers keep their order. */
  turn(): Promise<void> {
    this.#last = this.#last.then(() => this.#step());
    return this.#last;
  }

  async #step(): Promise<void> {
    if (this.#nextTask !== null) {
      if (performance.now() - this.#sinceMs < this.#sliceMs) return;
      await this.#nextTask;
    }
    this.#sinceMs = performance.now();
    this.#nextTask = otherTasks().then(() => {
      this.#nextTask = null;
    });
  }
}
