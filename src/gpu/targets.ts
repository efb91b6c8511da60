/**
 * Runs target transforms on the GPU, on volumes that were gathered before. Twin: `src/cpu/targets/chain.ts`.
 *
 * The stages of a sample go back and forth between two scratch volumes, which all samples use in turn: memory grows
 * with the largest patch, not with the batch.
 */
import { gatheredShape, type TargetChain } from "../augment/targets-stages.js";
import { map3 } from "../math/vec.js";
import { voxelCount } from "../plan/reads.js";
import type { Vec3 } from "../types.js";
import type { OutputRun } from "./dispatch.js";
import { largest, ScratchBuffers } from "./scratch.js";
import { type Step, StepRunner } from "./steps.js";
import { TargetKernels } from "./target-kernels.js";
import { TargetOutput } from "./target-output.js";
import { channelStride, type GpuVolume } from "./target-words.js";
import { byteRange } from "./windows.js";

/** The target array of one sample. */
export interface GpuTargetJob {
  readonly chain: TargetChain;
  /** Channels and hidden classes, gathered with the chain's halo. */
  readonly source: Pick<GpuVolume, "values" | "mask">;
  /** One per output channel. */
  readonly out: readonly OutputRun[];
  readonly mask: readonly OutputRun[] | null;
  /** Of each of the chain's extras one per channel; float32. */
  readonly extras: readonly (readonly OutputRun[])[];
}

/** Scratch buffers: values and masks of two volumes, two distance fields, and counts. */
const scratchOf = { values: [0, 1], masks: [2, 3], fields: [4, 5], counts: 6 } as const;

export class GpuTargets {
  readonly #kernels: TargetKernels;
  readonly #output: TargetOutput;
  readonly #scratch: ScratchBuffers;
  readonly #runner: StepRunner;

  constructor(device: GPUDevice) {
    this.#kernels = new TargetKernels(device);
    this.#output = new TargetOutput(device);
    this.#scratch = new ScratchBuffers(device);
    this.#runner = new StepRunner(device);
  }

  /** Bytes of the scratch. */
  get scratchBytes(): number {
    return this.#scratch.bytes;
  }

  /** Compiles the pipelines of a chain ahead of its first use. @throws VoxelfeedError `gpu` */
  async compile(chain: TargetChain, mask: boolean): Promise<void> {
    const inputs = [chain.gathered === "float32", ...chain.stages.map(({ floats }) => floats)];
    await Promise.all([
      ...chain.stages.map(({ work }, i) => this.#kernels.compile(work, inputs[i]!)),
      this.#output.compile(chain, inputs.at(-1)!, mask),
    ]);
  }

  /**
   * Submits the jobs; what they gather from must be submitted before.
   *
   * @throws VoxelfeedError `budget` when a volume is larger than the device can bind
   */
  render(jobs: readonly GpuTargetJob[]): void {
    this.#scratch.reserve(largest(jobs.map(({ chain }) => this.scratchNeeds(chain))));
    this.#runner.run(jobs.flatMap((job) => this.#steps(job)));
  }

  /** Bytes of each scratch buffer that a sample of a chain needs. */
  scratchNeeds(chain: TargetChain): number[] {
    const words = volumeWords(chain);
    const windows = chain.stages.map(({ work }, i) =>
      work.kind === "signedDistance" ? voxelCount(inputShapes(chain)[i]!) : 0,
    );
    const needs: number[] = [];
    for (const index of scratchOf.values) needs[index] = 4 * words;
    for (const index of scratchOf.masks) needs[index] = words;
    for (const index of scratchOf.fields) needs[index] = Math.max(4 * Math.max(...windows), 16);
    needs[scratchOf.counts] = 16;
    return needs;
  }

  /** Settles when all memory of the work submitted so far is known to be there. @throws VoxelfeedError `gpu` */
  async settled(): Promise<void> {
    await Promise.all([this.#scratch.settled(), this.#runner.settled()]);
  }

  destroy(): void {
    this.#output.destroy();
    this.#scratch.destroy();
    this.#runner.destroy();
  }

  #steps({ chain, source, out, mask, extras }: GpuTargetJob): Step[] {
    const steps: Step[] = [];
    let volume: GpuVolume = {
      ...source,
      channels: chain.gatheredChannels,
      shape: gatheredShape(chain),
      floats: chain.gathered === "float32",
    };
    let turn: 0 | 1 = 0;
    let extra = 0;
    for (const { work, halo, channels, floats } of chain.stages) {
      if (work.kind === "weights") {
        const runs = extras[extra++]!.map((run) => {
          const range = byteRange(run, voxelCount(chain.shape), 4);
          const start = run.elementOffset - range.offset / 4;
          return { binding: { buffer: run.buffer, ...range }, start, stride: run.elementStride };
        });
        const counts = this.#scratch.at(scratchOf.counts);
        steps.push(...this.#kernels.weights(work, volume, runs, chain.shape, counts));
        continue;
      }
      const output: GpuVolume = {
        values: { buffer: this.#scratch.at(scratchOf.values[turn]) },
        mask: { buffer: this.#scratch.at(scratchOf.masks[turn]) },
        channels,
        shape: shrunk(volume.shape, halo),
        floats,
      };
      if (work.kind === "signedDistance") {
        const fields = [
          this.#scratch.at(scratchOf.fields[0]),
          this.#scratch.at(scratchOf.fields[1]),
        ] as const;
        steps.push(...this.#kernels.distance(work, halo, volume, output, fields));
      } else if (work.kind === "lsd") {
        steps.push(this.#kernels.lsd(work, halo, volume, output));
      } else {
        steps.push(this.#kernels.pass(work, halo, volume, output));
      }
      volume = output;
      turn = turn === 0 ? 1 : 0;
    }
    for (const [channel, run] of out.entries()) {
      steps.push(this.#output.step(chain, volume, channel, run, mask?.[channel] ?? null));
    }
    return steps;
  }
}

/** Words of the largest volume that a stage makes. */
function volumeWords(chain: TargetChain): number {
  const shapes = inputShapes(chain);
  const sizes = chain.stages.map(
    ({ halo, channels }, i) => channels * channelStride(shrunk(shapes[i]!, halo)),
  );
  return Math.max(...sizes);
}

/** Shape of what each stage is given. */
function inputShapes(chain: TargetChain): Vec3[] {
  let shape = gatheredShape(chain);
  return chain.stages.map(({ halo }) => {
    const input = shape;
    shape = shrunk(shape, halo);
    return input;
  });
}

function shrunk(shape: Vec3, halo: Vec3): Vec3 {
  return map3((axis) => shape[axis] - 2 * halo[axis]);
}
