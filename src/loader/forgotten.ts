/** Warns, once, of batches that were garbage-collected without being released: nobody can end their leases any more. */
import type { Lease } from "./batch.js";

export class ForgottenBatches {
  readonly #leases = new FinalizationRegistry<number>((index) => this.#warn(index));
  readonly #maxHeldBatches: number;
  #hasWarned = false;

  constructor(maxHeldBatches: number) {
    this.#maxHeldBatches = maxHeldBatches;
  }

  watch(lease: Lease, index: number): void {
    this.#leases.register(lease, index, lease);
  }

  released(lease: Lease): void {
    this.#leases.unregister(lease);
  }

  #warn(index: number): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    console.warn(
      `voxelfeed: batch ${index} was garbage-collected without release(). Its buffers never come back: after ` +
        `maxHeldBatches (${this.#maxHeldBatches}) of them no batch can be made. Call batch.release() when you are done.`,
    );
  }
}
