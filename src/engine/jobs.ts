/** What an engine is asked to render, and what it gives back. */
import type { TargetChain } from "../augment/targets-stages.js";
import type { GpuTargets } from "../gpu/targets.js";
import type { IdTable } from "../plan/ids.js";
import type { OutputLayout } from "../plan/output.js";
import type { Backend } from "../types.js";
import type { ImageRead } from "./cpu-backend.js";
import type { GpuBackend } from "./gpu-backend.js";
import type { BufferRing } from "./ring.js";

/**
 * One array of a batch to render: `reads[sample * channels + channel]`, null for an unknown channel. With target
 * transforms the reads are those of the channels and hidden classes that the chain gathers, with its halo.
 */
export interface ArrayJob {
  /** Of what comes out. */
  readonly layout: OutputLayout;
  /** Names of its channels. */
  readonly channels: readonly string[];
  readonly target?: TargetChain;
  readonly mask: boolean;
  readonly reads: readonly (ImageRead | null)[];
  /** Render into this buffer (STORAGE | COPY_DST usage, of the engine's device) instead of one of ours. */
  readonly into?: { readonly buffer: GPUBuffer; readonly byteOffset: number };
}

/** A rendered array. `buffer` is null without a device; then `data` holds the values. */
export interface RenderedArray {
  readonly layout: OutputLayout;
  /** Names of its channels. */
  readonly channels: readonly string[];
  readonly buffer: GPUBuffer | null;
  readonly byteOffset: number;
  /** Whether `buffer` is the caller's, so that it never enters the ring. */
  readonly borrowed: boolean;
  readonly maskBuffer: GPUBuffer | null;
  /** Values and mask on the CPU, where they were rendered there. */
  readonly data: ArrayBuffer | null;
  readonly maskData: ArrayBuffer | null;
  readonly idTables: readonly (IdTable | null)[];
}

/** Renders arrays of a batch; each job's array comes first, then those that its target transforms make beside it. */
export type RenderArrays = (
  jobs: readonly ArrayJob[],
  chosen: ChosenBackend,
  signal: AbortSignal,
) => Promise<RenderedArray[]>;

/** What the engine settled on. */
export interface ChosenBackend {
  readonly backend: Backend;
  readonly device: GPUDevice | null;
  readonly ring: BufferRing | null;
  readonly gpu: GpuBackend | null;
  readonly targets: GpuTargets | null;
  /** Aborts when something else is to be settled on: what this renders is of no use then. */
  readonly over: AbortSignal;
}
