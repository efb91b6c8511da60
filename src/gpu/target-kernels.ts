/** Steps of the target transforms: the shaders, what is compiled into them, and their parameters. */
import distanceSource from "../../shaders/target-distance.wgsl?raw";
import lsdSource from "../../shaders/target-lsd.wgsl?raw";
import neighboursSource from "../../shaders/target-neighbours.wgsl?raw";
import passSource from "../../shaders/target-pass.wgsl?raw";
import pointsSource from "../../shaders/target-points.wgsl?raw";
import volumeSource from "../../shaders/target-volume.wgsl?raw";
import weightsSource from "../../shaders/target-weights.wgsl?raw";
import {
  type DistanceStage,
  type LsdStage,
  lsdWindow,
  type StageWork,
  type WeightsStage,
} from "../augment/targets-stages.js";
import { voxelCount } from "../plan/reads.js";
import type { Vec3 } from "../types.js";
import { workgroupSize } from "./kernel.js";
import { Shader, type ShaderConstants } from "./shader.js";
import { type Step, workgroupGrid } from "./steps.js";
import {
  channelStride,
  distanceWords,
  floatBits,
  type GpuVolume,
  packed,
  stageWords,
  volumeWords,
} from "./target-words.js";

/** Where the weights of one channel go: words of a binding. */
export interface WeightsRun {
  readonly binding: GPUBufferBinding;
  readonly start: number;
  readonly stride: number;
}

/** Everything that one shader runs. */
interface Kernel {
  readonly shader: "points" | "neighbours" | "lsd" | "distance" | "weights";
  readonly constants: ShaderConstants;
  readonly entryPoint: string;
}

const pointOps = { infer: 0, binarize: 1, remap: 2, oneHot: 3, union: 4 } as const;
const neighbourOps = { affinities: 0, boundary: 1, erode: 2, dilate: 3 } as const;
const seeds = { foreground: 0, background: 1, unknown: 2 } as const;

const code: Readonly<Record<Kernel["shader"], { code: string; bindings: readonly ("read" | "write")[] }>> = {
  points: {
    code: [volumeSource, pointsSource, passSource].join("\n"),
    bindings: ["read", "read", "read", "write", "write"],
  },
  neighbours: {
    code: [volumeSource, neighboursSource, passSource].join("\n"),
    bindings: ["read", "read", "read", "write", "write"],
  },
  lsd: {
    code: [volumeSource, lsdSource].join("\n"),
    bindings: ["read", "read", "read", "write", "write"],
  },
  distance: { code: distanceSource, bindings: ["read", "read", "read", "read", "write", "write", "write"] },
  weights: { code: weightsSource, bindings: ["read", "read", "read", "write", "write"] },
};

export class TargetKernels {
  readonly #device: GPUDevice;
  readonly #shaders = new Map<Kernel["shader"], Shader>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Compiles what a stage needs. @throws VoxelfeedError `gpu` */
  async compile(work: StageWork, floats: boolean): Promise<void> {
    await Promise.all(
      kernelsOf(work, floats).map(({ shader, constants, entryPoint }) =>
        this.#shader(shader).compile(constants, entryPoint),
      ),
    );
  }

  /** Stages that look at single voxels or at their neighbours. */
  pass(
    work: Exclude<StageWork, DistanceStage | LsdStage | WeightsStage>,
    halo: Vec3,
    source: GpuVolume,
    output: GpuVolume,
  ): Step {
    const [kernel] = kernelsOf(work, source.floats);
    const words = [...volumeWords(source, output, halo), ...stageWords(work, source.shape)];
    return this.#overOutput(kernel!, words, source, output, output.channels);
  }

  lsd({ voxelSizeNm, sigmaNm }: LsdStage, halo: Vec3, source: GpuVolume, output: GpuVolume): Step {
    const windows = [0, 1, 2].map((axis) => lsdWindow(sigmaNm[axis]! / voxelSizeNm[axis]!));
    const floats = [...voxelSizeNm, ...sigmaNm, ...windows.flatMap((window) => [...window])];
    const words = [...volumeWords(source, output, halo), ...floats.map(floatBits)];
    return this.#overOutput(lsdKernel, words, source, output, source.channels);
  }

  /** @param fields two buffers of a float per source voxel, for what lies between the passes */
  distance(
    work: DistanceStage,
    halo: Vec3,
    source: GpuVolume,
    output: GpuVolume,
    fields: readonly [GPUBuffer, GPUBuffer],
  ): Step[] {
    const steps: Step[] = [];
    const [a, b] = fields;
    for (let channel = 0; channel < source.channels; channel++) {
      const parameters = packed(distanceWords(work, halo, source, output, channel));
      for (const { shader, constants, entryPoint } of distanceKernels(work)) {
        // Along x from nothing to a, along y from a to b, along z from b to the output.
        const [from, to] = entryPoint === "along_y" ? [a, b] : [b, a];
        const items =
          entryPoint === "along_z" ? Math.ceil(voxelCount(output.shape) / 4) : voxelCount(source.shape);
        steps.push({
          pipeline: this.#shader(shader).pipeline(constants, entryPoint),
          layout: this.#shader(shader).bindGroupLayout,
          resources: [
            parameters,
            source.values,
            source.mask,
            { buffer: from },
            { buffer: to },
            output.values,
            output.mask,
          ],
          workgroups: [...workgroupGrid(Math.ceil(items / workgroupSize)), 1],
        });
      }
    }
    return steps;
  }

  /** @param counts a buffer of at least two words */
  weights(
    work: WeightsStage,
    source: GpuVolume,
    runs: readonly WeightsRun[],
    shape: Vec3,
    counts: GPUBuffer,
  ): Step[] {
    const groups = workgroupGrid(Math.ceil(voxelCount(shape) / workgroupSize));
    const pair =
      "clip" in work.weights ? work.weights.clip : [work.weights.foreground, work.weights.background];
    return runs.flatMap(({ binding, start, stride }, channel) => {
      const parameters = packed([
        ...source.shape,
        channel * channelStride(source.shape),
        ...shape,
        start,
        ...work.margin,
        stride,
        ...[...pair, work.factors[channel]!, 0].map(floatBits),
      ]);
      return kernelsOf(work, false).map(
        ({ shader, constants, entryPoint }): Step => ({
          pipeline: this.#shader(shader).pipeline(constants, entryPoint),
          layout: this.#shader(shader).bindGroupLayout,
          resources: [parameters, source.values, source.mask, { buffer: counts }, binding],
          workgroups: entryPoint === "clear" ? [1, 1, 1] : [...groups, 1],
        }),
      );
    });
  }

  #overOutput(
    kernel: Kernel,
    words: readonly number[],
    source: GpuVolume,
    output: GpuVolume,
    layers: number,
  ): Step {
    const shader = this.#shader(kernel.shader);
    const threads = Math.ceil(voxelCount(output.shape) / 4);
    return {
      pipeline: shader.pipeline(kernel.constants, kernel.entryPoint),
      layout: shader.bindGroupLayout,
      resources: [packed(words), source.values, source.mask, output.values, output.mask],
      workgroups: [...workgroupGrid(Math.ceil(threads / workgroupSize)), layers],
    };
  }

  #shader(name: Kernel["shader"]): Shader {
    const known = this.#shaders.get(name);
    if (known !== undefined) return known;
    const shader = new Shader(this.#device, { label: `target ${name}`, ...code[name] });
    this.#shaders.set(name, shader);
    return shader;
  }
}

const lsdKernel: Kernel = { shader: "lsd", constants: {}, entryPoint: "describe" };

function kernelsOf(work: StageWork, floats: boolean): Kernel[] {
  switch (work.kind) {
    case "infer":
    case "binarize":
    case "remap":
    case "oneHot":
    case "union": {
      const constants = { OP: pointOps[work.kind], FLOATS: Number(floats) };
      return [{ shader: "points", constants, entryPoint: "main" }];
    }
    case "affinities":
    case "boundary":
    case "erode":
    case "dilate":
      return [{ shader: "neighbours", constants: { OP: neighbourOps[work.kind] }, entryPoint: "main" }];
    case "signedDistance":
      return distanceKernels(work);
    case "lsd":
      return [lsdKernel];
    case "weights": {
      const balanced = "clip" in work.weights;
      const constants = { BALANCED: Number(balanced) };
      const entries = balanced ? ["clear", "count", "weigh"] : ["weigh"];
      return entries.map((entryPoint) => ({ shader: "weights", constants, entryPoint }));
    }
  }
}

/** The passes of one channel, in order. */
function distanceKernels({ clipNm }: DistanceStage): Kernel[] {
  const kinds =
    clipNm === null
      ? (["foreground", "background"] as const)
      : (["foreground", "background", "unknown"] as const);
  return kinds.flatMap((kind, i) =>
    ["along_x", "along_y", "along_z"].map((entryPoint): Kernel => {
      const last = entryPoint === "along_z" && i === kinds.length - 1;
      return { shader: "distance", constants: { SEEDS: seeds[kind], LAST: Number(last) }, entryPoint };
    }),
  );
}
