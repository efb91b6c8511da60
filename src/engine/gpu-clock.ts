/** How long the GPU is at work on what is submitted. */
import type { Spans } from "../timing/spans.js";

export class GpuClock {
  /** When the GPU was last seen to have done all that it was given. */
  #doneAtMs = 0;

  constructor(
    readonly device: GPUDevice,
    readonly spans: Spans,
  ) {}

  /**
   * Runs `submit`, which returns when the page's part is over, and tells of it when the GPU has done its own.
   *
   * @param bytes that are rendered
   */
  measure(bytes: number, submit: () => void): void {
    const startMs = performance.now();
    submit();
    if (!this.spans.isObserved) return;
    const submittedAtMs = performance.now();
    const done = (): void => {
      // What was submitted before it ran first.
      const beganAtMs = Math.max(submittedAtMs, this.#doneAtMs);
      this.#doneAtMs = performance.now();
      const submitMs = submittedAtMs - startMs;
      const gpuMs = this.#doneAtMs - beganAtMs;
      this.spans.add({
        stage: "render",
        startMs: beganAtMs - submitMs,
        ms: submitMs + gpuMs,
        bytes,
        parts: { submit: submitMs, gpu: gpuMs },
      });
    };
    // A device that is lost says so elsewhere.
    this.device.queue.onSubmittedWorkDone().then(done, () => {});
  }
}
