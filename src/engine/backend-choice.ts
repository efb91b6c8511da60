/**
 * Which backend renders, and on which device: settled on first use, by capability.
 *
 * It is settled anew when the device is lost, and on a smaller scale when that is out of memory: half the room for
 * bricks, which renders a batch in smaller pieces, and at last the CPU. No other error changes it.
 */
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import { GpuOutOfMemory } from "../gpu/allocations.js";
import { type AcquiredDevice, acquireDevice, isSoftware } from "../gpu/device.js";
import type { GpuTargets } from "../gpu/targets.js";
import { DeviceLife } from "./device-life.js";
import type { GpuBackend } from "./gpu-backend.js";
import type { GpuTier } from "./gpu-tier.js";
import { HostDevice } from "./host-device.js";
import type { ChosenBackend } from "./jobs.js";
import type { ResolvedEngineOptions } from "./options.js";
import type { EngineCounters } from "./stats.js";

/** A GPU device is gone, with all buffers on it. */
export interface DeviceLostEvent {
  /** Code `gpu`; says why. */
  readonly error: VoxelfeedError;
  /** Whether it was the page's: work then waits for `attach`. Ours is replaced by itself. */
  readonly isHosts: boolean;
}

/** What renders on a device. */
export interface GpuParts {
  readonly backend: GpuBackend;
  readonly targets: GpuTargets;
  /** Frees their memory. */
  readonly free: () => void;
}

type MakeGpu = (device: GPUDevice) => GpuParts;

/** How long a loss may be told behind the failures that it causes. */
const LOSS_DELAY_MS = 200;

/** After a loss the browser may need a moment before it has a device again. */
const REACQUIRE_DELAYS_MS = [100, 300, 1000, 2000, 4000] as const;

/** With less than this part of the room for bricks a GPU that is out of memory is given up. */
const LEAST_GPU_SHARE = 1 / 8;

export class BackendChoice {
  readonly #options: ResolvedEngineOptions;
  readonly #tier: GpuTier;
  readonly #counters: EngineCounters;
  readonly #lifetime: AbortSignal;
  readonly #loadGpu: () => Promise<MakeGpu>;
  readonly #lost: (event: DeviceLostEvent) => void;
  readonly #host: HostDevice | null;
  /** What bricks may have of their room on the GPU, after it was out of memory; 0: the CPU renders. */
  #share = 1;
  #settling: Promise<ChosenBackend> | undefined;
  #settled: ChosenBackend | null = null;
  #life: DeviceLife | null = null;
  #gpu: GpuParts | null = null;
  /** Null until its code was fetched; from a device to what is made on it, nothing is waited for. */
  #makeGpu: MakeGpu | null = null;
  #over = new AbortController();

  constructor(
    options: ResolvedEngineOptions,
    tier: GpuTier,
    counters: EngineCounters,
    lifetime: AbortSignal,
    loadGpu: () => Promise<MakeGpu>,
    lost: (event: DeviceLostEvent) => void,
  ) {
    this.#options = options;
    this.#tier = tier;
    this.#counters = counters;
    this.#lifetime = lifetime;
    this.#loadGpu = loadGpu;
    this.#lost = lost;
    this.#host = options.device === undefined ? null : new HostDevice(options.device);
  }

  /** What it is settled on now, if anything was asked for yet. */
  get settled(): ChosenBackend | null {
    return this.#settled;
  }

  async settle(): Promise<ChosenBackend> {
    for (;;) {
      this.#lifetime.throwIfAborted();
      this.#settling ??= this.#choose();
      const settling = this.#settling;
      try {
        const chosen = await settling;
        // The device may have been lost while it was being chosen.
        if (this.#settling !== settling) continue;
        this.#settled = chosen;
        return chosen;
      } catch (error) {
        if (this.#settling === settling) this.#settling = undefined;
        throw error;
      }
    }
  }

  /** Goes on with another device of the page, where one was given to begin with. */
  attach(device: GPUDevice): void {
    this.end();
    this.#life = null;
    this.#limit(1);
    this.#host?.attach(device);
  }

  /** Whether rendering that failed may go on: with another device, or with less memory. */
  async mayGoOn(chosen: ChosenBackend, error: unknown): Promise<boolean> {
    if (this.#lifetime.aborted || chosen.device === null) return false;
    if (chosen.over.aborted) return true;
    if (chosen.gpu !== null && error instanceof GpuOutOfMemory) {
      this.#counters.gpuOutOfMemory++;
      this.#limit(this.#share > LEAST_GPU_SHARE ? this.#share / 2 : 0);
      return true;
    }
    // What fitted the budget that was asked for does not fit what is left of it.
    if (chosen.gpu !== null && this.#share < 1 && isVoxelfeedError(error, "budget")) {
      this.#limit(0);
      return true;
    }
    if (!isVoxelfeedError(error, "gpu") && !(error instanceof DOMException)) return false;
    await lossOrDelay(chosen.device);
    return chosen.over.aborted;
  }

  /** Frees what is on the GPU, and the device if it is ours. */
  end(): void {
    this.#giveUp();
    this.#life?.end();
  }

  async #choose(): Promise<ChosenBackend> {
    const { backend } = this.#options;
    if (this.#host !== null) {
      if (backend !== "cpu") this.#makeGpu ??= await this.#loadGpu();
      const given = await this.#host.current(this.#lifetime);
      const cpu = backend === "cpu" || (backend === "auto" && isSoftware(given));
      return this.#on(this.#lifeOf(given, false), cpu);
    }
    if (backend === "cpu") return this.#on(null, true);
    if (this.#life !== null) return this.#on(this.#life, false);
    const acquired = await this.#acquire();
    if (acquired === null) return this.#on(null, true);
    if (backend === "auto" && acquired.isFallback) {
      acquired.device.destroy();
      return this.#on(null, true);
    }
    this.#makeGpu ??= await this.#loadGpu().catch((error: unknown) => {
      acquired.device.destroy();
      throw error;
    });
    return this.#on(this.#lifeOf(acquired.device, true), false);
  }

  /** A device of our own; null where there is none and `auto` makes do without. */
  async #acquire(): Promise<AcquiredDevice | null> {
    const delays = this.#counters.lostDevices === 0 ? [] : REACQUIRE_DELAYS_MS;
    for (let attempt = 0; ; attempt++) {
      try {
        return await acquireDevice();
      } catch (error) {
        this.#lifetime.throwIfAborted();
        const delayMs = delays[attempt];
        if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
        else if (this.#options.backend === "auto") return null;
        else throw error;
      }
    }
  }

  #lifeOf(device: GPUDevice, isOurs: boolean): DeviceLife {
    if (this.#life?.device === device) return this.#life;
    const life: DeviceLife = new DeviceLife(device, this.#tier, isOurs, ({ reason, message }) => {
      if (this.#life !== life) return;
      this.#counters.lostDevices++;
      this.#host?.detach();
      this.#giveUp();
      this.#life = null;
      const text = `The GPU device was lost (${reason}): ${message || "the browser does not say why"}`;
      const error = new VoxelfeedError("gpu", text, { retryable: true });
      this.#lost({ error, isHosts: !isOurs });
    });
    this.#life = life;
    // The engine may have been disposed while the device was requested.
    if (this.#lifetime.aborted) life.end();
    return life;
  }

  #on(life: DeviceLife | null, cpu: boolean): ChosenBackend {
    const usesGpu = life !== null && !cpu && this.#share > 0;
    this.#gpu = usesGpu ? this.#makeGpu!(life.device) : null;
    return {
      backend: usesGpu ? "webgpu" : "cpu",
      device: life?.device ?? null,
      ring: life?.ring ?? null,
      gpu: this.#gpu?.backend ?? null,
      targets: this.#gpu?.targets ?? null,
      over: this.#over.signal,
    };
  }

  #limit(share: number): void {
    this.#share = share;
    this.#tier.limitBricks(share);
    this.#giveUp();
  }

  /** What was settled on is over; the next to ask settles anew. */
  #giveUp(): void {
    this.#settling = undefined;
    this.#settled = null;
    this.#over.abort(
      new VoxelfeedError("gpu", "Rendering began anew on another device, or with less memory."),
    );
    this.#over = new AbortController();
    this.#gpu?.free();
    this.#gpu = null;
  }
}

/** Resolves when a device is lost, or after the moment within which that would be told. */
export async function lossOrDelay(device: GPUDevice): Promise<void> {
  const delay = new Promise((resolve) => setTimeout(resolve, LOSS_DELAY_MS));
  await Promise.race([device.lost, delay]);
}
