/** The device of the host page. Where it is lost, work waits for the page to attach another one. */
import { raceAbort } from "../abort.js";
import { VoxelfeedError } from "../errors.js";

/** How long work waits for a new device. */
const ATTACH_MS = 30_000;

export class HostDevice {
  #device: GPUDevice | null;
  #waiters: ((device: GPUDevice) => void)[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The device is lost. */
  detach(): void {
    this.#device = null;
  }

  attach(device: GPUDevice): void {
    this.#device = device;
    for (const resolve of this.#waiters.splice(0)) resolve(device);
  }

  /** @throws VoxelfeedError `gpu` when none is attached in time; the signal's reason on abort */
  async current(signal: AbortSignal): Promise<GPUDevice> {
    if (this.#device !== null) return this.#device;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attached = new Promise<GPUDevice>((resolve, reject) => {
      this.#waiters.push(resolve);
      const message =
        `The page's device was lost, and no other was attached within ${ATTACH_MS} ms. Request one when ` +
        'loader.on("deviceLost") tells, and pass it to loader.attach.';
      timer = setTimeout(() => reject(new VoxelfeedError("gpu", message, { retryable: true })), ATTACH_MS);
    });
    try {
      return await raceAbort(attached, signal);
    } finally {
      clearTimeout(timer);
    }
  }
}
