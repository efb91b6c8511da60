/** Target arrays with transforms: their channels are gathered with a halo, then transformed sample by sample. */
import { gatheredShape } from "../augment/targets-stages.js";
import type { OutputRun } from "../gpu/dispatch.js";
import { channelStride } from "../gpu/target-words.js";
import type { GpuTargetJob, GpuTargets } from "../gpu/targets.js";
import type { IdTable } from "../plan/ids.js";
import { outputElements, outputItemSize, placeVoxelsInSteps } from "../plan/output.js";
import { voxelCount } from "../plan/reads.js";
import { inSlices, pageSliceMs } from "../timing/slices.js";
import type { TypedArray } from "../types.js";
import type { CpuBackend } from "./cpu-backend.js";
import type { GpuBackend, GpuRead } from "./gpu-backend.js";
import type { ArrayJob, RenderedArray } from "./jobs.js";
import { placeOf, transformedIdTables } from "./outputs.js";
import type { BufferRing } from "./ring.js";

/** Values and mask of one array of a job, to be filled. */
export interface FilledArray {
  readonly values: TypedArray;
  readonly mask: Uint8Array | null;
}

/** Fills the job's arrays, of `outputsOf`, in the workers. */
export async function transformOnCpu(
  cpu: CpuBackend,
  job: ArrayJob,
  filled: readonly FilledArray[],
  signal: AbortSignal,
): Promise<(IdTable | null)[]> {
  const chain = job.target!;
  const count = voxelCount(chain.shape);
  const place = async (to: TypedArray, from: TypedArray, at: ReturnType<typeof placeOf>): Promise<void> => {
    await inSlices(placeVoxelsInSteps(to, from, at), pageSliceMs);
  };
  const put = async (
    to: FilledArray,
    index: number,
    channels: number,
    from: TypedArray,
    mask: Uint8Array | null,
  ): Promise<void> => {
    for (let channel = 0; channel < channels; channel++) {
      const layout = { ...job.layout, channels };
      const at = placeOf(layout, index * channels + channel);
      await place(to.values, from.subarray(channel * count, (channel + 1) * count), at);
      if (to.mask !== null && mask !== null) {
        await place(to.mask, mask.subarray(channel * count, (channel + 1) * count), at);
      }
    }
  };
  const tables = await Promise.all(
    Array.from({ length: job.layout.samples }, async (_, sample) => {
      const first = sample * chain.gatheredChannels;
      const reads = job.reads.slice(first, first + chain.gatheredChannels);
      const { made, idTables } = await cpu.transform(chain, reads, signal);
      signal.throwIfAborted();
      await put(filled[0]!, sample, chain.channels.length, made.data, made.mask);
      for (const [i, extra] of made.extras.entries()) {
        await put(filled[i + 1]!, sample, chain.extras[i]!.channels.length, extra, null);
      }
      return idTables;
    }),
  );
  return transformedIdTables(job, tables.flat());
}

/** Bytes of a gathered voxel: a word and its mask. */
const bytesPerVoxel = 5;

/** Renders the job's arrays, of `outputsOf`, on the GPU; when it resolves, the work is submitted. */
export async function transformOnGpu(
  gpu: GpuBackend,
  targets: GpuTargets,
  ring: BufferRing,
  job: ArrayJob,
  arrays: readonly RenderedArray[],
  signal: AbortSignal,
): Promise<(IdTable | null)[]> {
  const chain = job.target!;
  const stride = channelStride(gatheredShape(chain));
  // Samples start where both values and mask can be bound.
  const sampleWords = Math.ceil((chain.gatheredChannels * stride) / 256) * 256;
  const sampleBytes = sampleWords * bytesPerVoxel;
  // A batch whose gathered volumes do not fit at once goes through in parts.
  const perPart = Math.max(1, Math.floor(gpu.tier.gatheredBytes / sampleBytes));
  const tables: (IdTable | null)[] = [];
  await targets.compile(chain, job.mask);
  await gpu.tier.admitScratch(targets, targets.scratchNeeds(chain), signal);
  for (let first = 0; first < job.layout.samples; first += perPart) {
    const samples = Math.min(perPart, job.layout.samples - first);
    const leave = await gpu.tier.admitGathered(samples * sampleBytes, signal);
    const taken: GPUBuffer[] = [];
    try {
      const values = await ring.take(samples * sampleWords * 4);
      taken.push(values);
      const mask = await ring.take(samples * sampleWords);
      taken.push(mask);
      signal.throwIfAborted();
      const start = first * chain.gatheredChannels;
      const reads = job.reads.slice(start, start + samples * chain.gatheredChannels);
      if (reads.includes(null)) clear(ring.device, mask);
      const requests = reads.map((read, i): GpuRead | null => {
        const [sample, channel] = [Math.floor(i / chain.gatheredChannels), i % chain.gatheredChannels];
        const run = { elementOffset: sample * sampleWords + channel * stride, elementStride: 1 };
        return read && { read, out: { buffer: values, ...run }, mask: { buffer: mask, ...run } };
      });
      const found = await gpu.render(
        requests.filter((request) => request !== null),
        signal,
      );
      let next = 0;
      tables.push(...reads.map((read) => (read === null ? null : found[next++]!)));
      const jobs = Array.from({ length: samples }, (_, i) => ({
        ...targetJob(job, arrays, first + i),
        source: {
          values: { buffer: values, offset: i * sampleWords * 4, size: sampleWords * 4 },
          mask: { buffer: mask, offset: i * sampleWords, size: sampleWords },
        },
      }));
      const renderedBytes =
        jobs.length * outputElements({ ...job.layout, samples: 1 }) * outputItemSize[job.layout.dtype];
      gpu.clock.measure(renderedBytes, () => targets.render(jobs));
      await targets.settled();
    } finally {
      // What is submitted runs before anything that uses these buffers next.
      for (const buffer of taken) ring.give(buffer);
      leave();
    }
  }
  return transformedIdTables(job, tables);
}

/** Where a sample of the job goes. */
function targetJob(
  { target }: ArrayJob,
  [main, ...extras]: readonly RenderedArray[],
  sample: number,
): Omit<GpuTargetJob, "source"> {
  const runs = ({ layout, byteOffset }: RenderedArray, buffer: GPUBuffer, itemSize: number): OutputRun[] =>
    Array.from({ length: layout.channels }, (_, channel) => {
      const { offset, stride } = placeOf(layout, sample * layout.channels + channel);
      return { buffer, elementOffset: byteOffset / itemSize + offset, elementStride: stride };
    });
  const { buffer, maskBuffer, layout } = main!;
  return {
    chain: target!,
    out: runs(main!, buffer!, outputItemSize[layout.dtype]),
    mask: maskBuffer && runs({ ...main!, byteOffset: 0 }, maskBuffer, 1),
    extras: extras.map((extra) => runs(extra, extra.buffer!, 4)),
  };
}

function clear(device: GPUDevice, buffer: GPUBuffer): void {
  const encoder = device.createCommandEncoder();
  encoder.clearBuffer(buffer);
  device.queue.submit([encoder.finish()]);
}
