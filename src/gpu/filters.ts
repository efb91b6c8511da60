/** Steps over float32 stages: one axis of a filter, and figures of the patch. */
import filterSource from "../../shaders/filter.wgsl?raw";
import statisticsSource from "../../shaders/statistics.wgsl?raw";
import { voxelCount } from "../plan/reads.js";
import { percentileRank, type StatisticsStage } from "../plan/values.js";
import type { Vec3 } from "../types.js";
import { workgroupSize } from "./kernel.js";
import { Shader } from "./shader.js";
import { type Step, workgroupGrid } from "./steps.js";

/** A float32 array of voxels on the GPU, C order z, y, x. */
export interface GpuStage {
  readonly buffer: GPUBuffer;
  readonly shape: Vec3;
}

/** One axis of a filter; see `shaders/filter.wgsl`. */
export interface AxisPass {
  readonly axis: 0 | 1 | 2;
  /** `filterWeights` of the target's voxels along the axis. */
  readonly weights: Float64Array;
  readonly source: GpuStage;
  readonly target: GpuStage;
  readonly gain: number;
  /** What is added to the filtered values, and where in it the target's first voxel is. */
  readonly kept: { readonly stage: GpuStage; readonly shift: Vec3; readonly factor: number };
}

/** Figures of the patch at `first` of a stage, written to two numbers of `figures`. */
export interface StatisticsPass {
  readonly stage: GpuStage;
  readonly first: Vec3;
  readonly shape: Vec3;
  readonly percentiles: StatisticsStage["percentiles"];
  readonly figures: GPUBuffer;
  readonly figure: number;
}

export class StageFilters {
  readonly #filter: Shader;
  readonly #statistics: Shader;

  constructor(device: GPUDevice) {
    this.#filter = new Shader(device, {
      label: "filter",
      code: filterSource,
      bindings: ["read", "read", "read", "read", "write"],
    });
    this.#statistics = new Shader(device, {
      label: "statistics",
      code: statisticsSource,
      bindings: ["read", "read", "write"],
    });
  }

  /** Compiles everything ahead of its first use. @throws `gpu` */
  async compile(): Promise<void> {
    await Promise.all([
      this.#filter.compile(),
      this.#statistics.compile({}, "mean"),
      this.#statistics.compile({}, "percentiles"),
    ]);
  }

  axis({ axis, weights, source, target, gain, kept }: AxisPass): Step {
    const taps = weights.length / target.shape[axis];
    const parameters = packed([
      [...source.shape, axis],
      [...target.shape, taps],
      [...kept.stage.shape, floatBits(gain)],
      [...kept.shift, floatBits(kept.factor)],
    ]);
    const groups = Math.ceil(voxelCount(target.shape) / workgroupSize);
    return {
      pipeline: this.#filter.pipeline(),
      layout: this.#filter.bindGroupLayout,
      resources: [
        parameters,
        new Uint8Array(Float32Array.from(weights).buffer),
        { buffer: source.buffer },
        { buffer: kept.stage.buffer },
        { buffer: target.buffer },
      ],
      workgroups: [...workgroupGrid(groups), 1],
    };
  }

  statistics({ stage, first, shape, percentiles, figures, figure }: StatisticsPass): Step {
    const count = voxelCount(shape);
    const [low, high] = (percentiles ?? [0, 0]).map((percentile) => percentileRank(percentile, count));
    const parameters = packed([
      [...stage.shape, figure],
      [...first, low!],
      [...shape, high!],
    ]);
    return {
      pipeline: this.#statistics.pipeline({}, percentiles === null ? "mean" : "percentiles"),
      layout: this.#statistics.bindGroupLayout,
      resources: [parameters, { buffer: stage.buffer }, { buffer: figures }],
      workgroups: [1, 1, 1],
    };
  }
}

function packed(rows: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.from(rows.flat()).buffer);
}

function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}
