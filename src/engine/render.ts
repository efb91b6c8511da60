/** Fills the arrays of a batch from their reads, on either backend. */
import { linkedController } from "../abort.js";
import type { IdTable } from "../plan/ids.js";
import {
  type OutputLayout,
  outputArray,
  outputElements,
  outputItemSize,
  outputPlace,
  paddedBytes,
  placeVoxels,
} from "../plan/output.js";
import type { CpuBackend } from "./cpu-backend.js";
import type { GpuBackend, GpuRead } from "./gpu-backend.js";
import type { ArrayJob, ChosenBackend, RenderedArray } from "./jobs.js";

type RenderArrays = (
  jobs: readonly ArrayJob[],
  chosen: ChosenBackend,
  signal: AbortSignal,
) => Promise<RenderedArray[]>;

/** Renders in the workers; with a device the result is uploaded too. */
export function renderOnCpu(cpu: CpuBackend): RenderArrays {
  return async (jobs, { device, ring }, signal) => {
    // One failed read stops its batch: the others would only be thrown away.
    const { controller, unlink } = linkedController(signal);
    try {
      return await Promise.all(jobs.map((job) => renderArray(job, controller.signal)));
    } catch (error) {
      controller.abort(error);
      throw error;
    } finally {
      unlink();
    }

    async function renderArray(job: ArrayJob, jobSignal: AbortSignal): Promise<RenderedArray> {
      const { layout, mask, into } = job;
      const elements = outputElements(layout);
      const data = new ArrayBuffer(paddedBytes(elements, outputItemSize[layout.dtype]));
      const maskData = mask ? new ArrayBuffer(paddedBytes(elements, 1)) : null;
      const values = outputArray(layout.dtype, elements, data);
      const maskValues = maskData === null ? null : new Uint8Array(maskData);
      const idTables = await Promise.all(
        job.reads.map(async (read, index): Promise<IdTable | null> => {
          if (read === null) return null;
          const reply = await cpu.render(read, mask, jobSignal);
          const place = placeOf(layout, index);
          placeVoxels(values, reply.data, place);
          if (maskValues !== null && reply.mask !== null) placeVoxels(maskValues, reply.mask, place);
          return reply.idTable;
        }),
      );
      const upload = async (bytes: ArrayBuffer, target?: ArrayJob["into"]): Promise<GPUBuffer | null> => {
        if (device === null || ring === null) return null;
        const buffer = target?.buffer ?? (await ring.take(bytes.byteLength));
        // An engine that was disposed meanwhile has destroyed the ring's buffers.
        jobSignal.throwIfAborted();
        device.queue.writeBuffer(buffer, target?.byteOffset ?? 0, bytes);
        return buffer;
      };
      return {
        layout,
        buffer: await upload(data, into),
        byteOffset: into?.byteOffset ?? 0,
        borrowed: into !== undefined,
        maskBuffer: maskData === null ? null : await upload(maskData),
        data,
        maskData,
        idTables,
      };
    }
  };
}

/** Renders on the GPU: one pass over all arrays of the batch, nothing read back. */
export function renderOnGpu(gpu: GpuBackend): RenderArrays {
  return async (jobs, { device, ring }, signal) => {
    const buffers: GPUBuffer[] = [];
    const take = async (bytes: number): Promise<GPUBuffer> => {
      const buffer = await ring!.take(bytes);
      buffers.push(buffer);
      return buffer;
    };
    try {
      const arrays = await Promise.all(
        jobs.map(async ({ layout, mask, into }): Promise<RenderedArray> => {
          const elements = outputElements(layout);
          const bytes = paddedBytes(elements, outputItemSize[layout.dtype]);
          return {
            layout,
            buffer: into?.buffer ?? (await take(bytes)),
            byteOffset: into?.byteOffset ?? 0,
            borrowed: into !== undefined,
            maskBuffer: mask ? await take(paddedBytes(elements, 1)) : null,
            data: null,
            maskData: null,
            idTables: [],
          };
        }),
      );
      signal.throwIfAborted();
      clearUnknown(device!, jobs, arrays);
      const reads = jobs.flatMap((job, i) => gpuReads(job, arrays[i]!));
      const tables = await gpu.render(reads, signal);
      let next = 0;
      return arrays.map((array, i) => ({
        ...array,
        idTables: jobs[i]!.reads.map((read) => (read === null ? null : tables[next++]!)),
      }));
    } catch (error) {
      for (const buffer of buffers) ring!.give(buffer);
      throw error;
    }
  };
}

function placeOf(layout: OutputLayout, index: number): { readonly offset: number; readonly stride: number } {
  return outputPlace(layout, Math.floor(index / layout.channels), index % layout.channels);
}

function gpuReads(job: ArrayJob, { layout, buffer, byteOffset, maskBuffer }: RenderedArray): GpuRead[] {
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
function clearUnknown(device: GPUDevice, jobs: readonly ArrayJob[], arrays: readonly RenderedArray[]): void {
  const encoder = device.createCommandEncoder();
  for (const [i, { buffer, byteOffset, maskBuffer, layout }] of arrays.entries()) {
    if (jobs[i]!.reads.every((read) => read !== null)) continue;
    const bytes = paddedBytes(outputElements(layout), outputItemSize[layout.dtype]);
    encoder.clearBuffer(buffer!, byteOffset, bytes);
    if (maskBuffer !== null) encoder.clearBuffer(maskBuffer);
  }
  device.queue.submit([encoder.finish()]);
}
