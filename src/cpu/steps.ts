/** Work that can be paused is a generator which yields after each step. */

/** Runs all steps at once. */
export function allSteps<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
