/**
 * Augmentation on the GPU as it is usually written: resample, then augment one operation after the other, then normalise,
 * each a dispatch over the whole patch. The volumes are decoded and in GPU memory beforehand.
 */
import { rotation, type Vec3 } from "../../../src/index.js";
import type { Job } from "../job.js";
import type { Reader } from "./reader.js";
import { readWhole, type Volume, volumeNames } from "./three-passes.js";
import source from "./three-passes.wgsl?raw";

const passes = ["contrast", "brightness", "gamma", "gaussian_noise", "clip", "normalise"] as const;

export async function openThreePassesGpu({ url, settings }: Job): Promise<Reader> {
  const { patch, patches } = settings;
  const volumes = await Promise.all(volumeNames(settings).map((name) => readWhole(`${url}/${name}/0`)));
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const kernels = makeKernels(device);
  const sources = volumes.map(({ data }) => upload(device, data));
  const uniforms = device.createBuffer({
    size: 144,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  const bytes = patch[0] * patch[1] * patch[2] * 4;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const targets = volumes.map(() => device.createBuffer({ size: bytes, usage }));
  const groups = [Math.ceil(patch[2] / 64), patch[1], patch[0]] as const;
  return {
    async read() {
      for (let i = 0; i < patches; i++) {
        device.queue.writeBuffer(uniforms, 0, drawn(volumes[0]!, patch));
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        for (const [at, target] of targets.entries()) {
          const entries = [uniforms, sources[at]!, target].map((buffer, binding) => ({
            binding,
            resource: { buffer },
          }));
          pass.setBindGroup(0, device.createBindGroup({ layout: kernels.layout, entries }));
          const names =
            at === 0 ? (["resample_linear", ...passes] as const) : (["resample_nearest"] as const);
          for (const name of names) {
            pass.setPipeline(kernels.pipelines.get(name)!);
            pass.dispatchWorkgroups(...groups);
          }
        }
        pass.end();
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
      }
    },
    close() {
      device.destroy();
    },
  };
}

function makeKernels(device: GPUDevice) {
  const module = device.createShaderModule({ code: source });
  const entry = (binding: number, type: GPUBufferBindingType) => ({
    binding,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type },
  });
  const layout = device.createBindGroupLayout({
    entries: [entry(0, "uniform"), entry(1, "read-only-storage"), entry(2, "storage")],
  });
  const names = ["resample_linear", "resample_nearest", ...passes] as const;
  const pipelines = new Map(
    names.map((entryPoint) => {
      const compute = { module, entryPoint };
      const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
      return [entryPoint, device.createComputePipeline({ layout: pipelineLayout, compute })] as const;
    }),
  );
  return { layout, pipelines };
}

function upload(device: GPUDevice, data: Uint8Array): GPUBuffer {
  const buffer = device.createBuffer({
    size: Math.ceil(data.byteLength / 4) * 4,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, data as Uint8Array<ArrayBuffer>);
  return buffer;
}

/** A turn, a place and the parameters of every operation, as `three-passes.wgsl` reads them. */
function drawn({ shape }: Volume, patch: Vec3): ArrayBuffer {
  const draw = Math.random;
  const matrix = rotation([360 * draw(), 360 * draw(), 360 * draw()]);
  const settings = new ArrayBuffer(144);
  const floats = new Float32Array(settings);
  const words = new Uint32Array(settings);
  for (const axis of [0, 1, 2] as const) {
    matrix.forEach((row, to) => {
      floats[4 * axis + to] = row[axis];
    });
    const center = shape[axis] / 2 + (shape[axis] / 4) * (draw() - 0.5);
    floats[12 + axis] = center - matrix[axis].reduce((sum, step, i) => sum + (step * (patch[i]! - 1)) / 2, 0);
  }
  words.set(patch, 16);
  words.set(shape, 20);
  floats.set([128, 0.75 + 0.5 * draw(), 51 * (draw() - 0.5), 0.75 + 0.58 * draw()], 24);
  floats[28] = 12.75 * draw();
  words[32] = 2 ** 32 * draw();
  return settings;
}
