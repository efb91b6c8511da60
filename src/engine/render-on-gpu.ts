/** Fills the arrays of a batch from their reads, on the GPU. */
import { linkedController } from "../abort.js";
import type { IdTable } from "../plan/ids.js";
import { outputElements, outputItemSize, paddedBytes } from "../plan/output.js";
import type { GpuBackend, GpuRead } from "./gpu-backend.js";
import type { ArrayJob, RenderArrays, RenderedArray } from "./jobs.js";
import { type JobOutput, noTables, outputsOf, placeOf } from "./outputs.js";
import { transformOnGpu } from "./target-arrays.js";

/** Renders on the GPU: one pass over all arrays of the batch but those to be transformed, nothing read back. */
export function renderOnGpu(gpu: GpuBackend): RenderArrays {
  return async (jobs, { device, ring, targets }, signal) => {
    const { controller, unlink } = linkedController(signal);
    const buffers: GPUBuffer[] = [];
    const take = async (bytes: number): Promise<GPUBuffer> => {
      const buffer = await ring!.take(bytes);
      buffers.push(buffer);
      return buffer;
    };
    try {
      const arrays = await Promise.all(
        jobs.map((job) => Promise.all(outputsOf(job).map((output) => allocate(output, take)))),
      );
      controller.signal.throwIfAborted();
      const plain = jobs.flatMap((job, i) =>
        job.target === undefined ? [{ job, array: arrays[i]![0]! }] : [],
      );
      clearUnknown(device!, plain);
      const tables = new Map<ArrayJob, readonly (IdTable | null)[]>();
      // All settle before buffers go back to the ring, so that nothing is written to them afterwards.
      const outcomes = await Promise.allSettled([
        stopOnFailure(renderPlain(gpu, plain, controller.signal)).then((found) => {
          for (const [i, { job }] of plain.entries()) tables.set(job, found[i]!);
        }),
        ...jobs.map(async (job, i) => {
          if (job.target === undefined) return;
          const rendered = transformOnGpu(gpu, targets!, ring!, job, arrays[i]!, controller.signal);
          tables.set(job, await stopOnFailure(rendered));
        }),
      ]);
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
      return jobs.flatMap((job, i) =>
        arrays[i]!.map((array, k) => ({
          ...array,
          idTables: k === 0 ? tables.get(job)! : noTables(array.layout),
        })),
      );
    } catch (error) {
      for (const buffer of buffers) ring!.give(buffer);
      throw error;
    } finally {
      unlink();
    }

    /** One failed array stops its batch: the others would only be thrown away. */
    async function stopOnFailure<T>(work: Promise<T>): Promise<T> {
      try {
        return await work;
      } catch (error) {
        controller.abort(error);
        throw error;
      }
    }
  };
}

async function allocate(
  { layout, channels, mask, into }: JobOutput,
  take: (bytes: number) => Promise<GPUBuffer>,
): Promise<RenderedArray> {
  const elements = outputElements(layout);
  return {
    layout,
    channels,
    buffer: into?.buffer ?? (await take(paddedBytes(elements, outputItemSize[layout.dtype]))),
    byteOffset: into?.byteOffset ?? 0,
    borrowed: into !== undefined,
    maskBuffer: mask ? await take(paddedBytes(elements, 1)) : null,
    data: null,
    maskData: null,
    idTables: [],
  };
}

/** A job without transforms and its array. */
interface PlainArray {
  readonly job: ArrayJob;
  readonly array: RenderedArray;
}

/** @returns id tables of each job */
async function renderPlain(
  gpu: GpuBackend,
  plain: readonly PlainArray[],
  signal: AbortSignal,
): Promise<(IdTable | null)[][]> {
  const tables = await gpu.render(plain.flatMap(gpuReads), signal);
  let next = 0;
  return plain.map(({ job }) => job.reads.map((read) => (read === null ? null : tables[next++]!)));
}

function gpuReads({ job, array: { layout, buffer, byteOffset, maskBuffer } }: PlainArray): GpuRead[] {
  const firstElement = byteOffset / outputItemSize[layout.dtype];
  return job.reads.flatMap((read, index) => {
    if (read === null) return [];
    const { offset, stride } = placeOf(layout, index);
    const out = { buffer: buffer!, elementOffset: firstElement + offset, elementStride: stride };
    const mask =
      maskBuffer === null ? undefined : { buffer: maskBuffer, elementOffset: offset, elementStride: stride };
    return [{ read, out, mask }];
  });
}

/** Channels without a source read as 0 with mask 0; ring buffers still hold an older batch. */
function clearUnknown(device: GPUDevice, plain: readonly PlainArray[]): void {
  const encoder = device.createCommandEncoder();
  for (const { job, array } of plain) {
    if (job.reads.every((read) => read !== null)) continue;
    const { buffer, byteOffset, maskBuffer, layout } = array;
    const bytes = paddedBytes(outputElements(layout), outputItemSize[layout.dtype]);
    encoder.clearBuffer(buffer!, byteOffset, bytes);
    if (maskBuffer !== null) encoder.clearBuffer(maskBuffer);
  }
  device.queue.submit([encoder.finish()]);
}
