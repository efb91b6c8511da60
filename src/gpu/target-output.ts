/** Puts target volumes where they belong in the arrays of a batch; shader: `shaders/target-output.wgsl`. */
import encodeSource from "../../shaders/encode.wgsl?raw";
import sampleSource from "../../shaders/sample.wgsl?raw";
import outputSource from "../../shaders/target-output.wgsl?raw";
import { outputItemSize } from "../plan/output.js";
import { voxelCount } from "../plan/reads.js";
import type { OutputDType } from "../types.js";
import type { OutputRun } from "./dispatch.js";
import { outputCodes, sourceCodes, workgroupSize } from "./kernel.js";
import { Shader, type ShaderConstants } from "./shader.js";
import { type Step, workgroupGrid } from "./steps.js";
import { channelStride, type GpuVolume } from "./target-words.js";
import { byteRange } from "./windows.js";

/** How a volume is stored. */
export interface OutputForm {
  readonly dtype: OutputDType;
  /** Whether unknown voxels become NaN. */
  readonly nan: boolean;
}

export class TargetOutput {
  readonly #shader: Shader;
  /** Stands in for a mask that nobody asked for. */
  readonly #noMask: GPUBuffer;

  constructor(device: GPUDevice) {
    this.#shader = new Shader(device, {
      label: "target output",
      code: [sampleSource, encodeSource, outputSource].join("\n"),
      bindings: ["read", "read", "read", "write", "write"],
    });
    this.#noMask = device.createBuffer({
      label: "voxelfeed no mask",
      size: 16,
      usage: GPUBufferUsage.STORAGE,
    });
  }

  async compile(form: OutputForm, floats: boolean, mask: boolean): Promise<void> {
    await this.#shader.compile(constantsOf(form, floats, mask));
  }

  /** Stores one channel. */
  step(form: OutputForm, source: GpuVolume, channel: number, out: OutputRun, mask: OutputRun | null): Step {
    const count = voxelCount(source.shape);
    const values = byteRange(out, count, outputItemSize[form.dtype]);
    const knowns = mask === null ? null : byteRange(mask, count, 1);
    const words = [
      count,
      channel * channelStride(source.shape),
      out.elementOffset - values.offset / outputItemSize[form.dtype],
      out.elementStride,
      mask === null || knowns === null ? 0 : mask.elementOffset - knowns.offset,
      mask?.elementStride ?? 1,
    ];
    return {
      pipeline: this.#shader.pipeline(constantsOf(form, source.floats, mask !== null)),
      layout: this.#shader.bindGroupLayout,
      resources: [
        new Uint8Array(Uint32Array.from(words).buffer),
        source.values,
        source.mask,
        { buffer: out.buffer, ...values },
        mask === null || knowns === null ? { buffer: this.#noMask } : { buffer: mask.buffer, ...knowns },
      ],
      workgroups: [...workgroupGrid(Math.ceil(count / 4 / workgroupSize)), 1],
    };
  }

  destroy(): void {
    this.#noMask.destroy();
  }
}

function constantsOf({ dtype, nan }: OutputForm, floats: boolean, mask: boolean): ShaderConstants {
  return {
    SOURCE: sourceCodes.uint32,
    OUTPUT: outputCodes[dtype],
    FLOATS: Number(floats),
    NAN: Number(nan),
    MASK: Number(mask),
  };
}
