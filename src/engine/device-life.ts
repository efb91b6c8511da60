/** A device from when it is chosen until it is lost or given up. */
import type { GpuTier } from "./gpu-tier.js";
import { BufferRing } from "./ring.js";

export class DeviceLife {
  /** Buffers of rendered arrays; they end with the device. */
  readonly ring: BufferRing;
  readonly #isOurs: boolean;
  readonly #end = new AbortController();

  /**
   * @param tier admits the ring's buffers
   * @param isOurs whether the device is destroyed at the end
   * @param lost told when the device is lost
   */
  constructor(
    readonly device: GPUDevice,
    tier: GpuTier,
    isOurs: boolean,
    lost: (info: GPUDeviceLostInfo) => void,
  ) {
    this.ring = new BufferRing(device, tier);
    this.#isOurs = isOurs;
    void device.lost.then((info) => {
      if (this.isOver) return;
      this.end();
      lost(info);
    });
  }

  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** Runs `clean` at the end. */
  atEnd(clean: () => void): void {
    this.#end.signal.addEventListener("abort", clean, { once: true });
  }

  end(): void {
    if (this.isOver) return;
    this.#end.abort();
    this.ring.dispose();
    if (this.#isOurs) this.device.destroy();
  }
}
