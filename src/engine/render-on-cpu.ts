/** Fills the arrays of a batch from their reads, in the workers. */
import { linkedController } from "../abort.js";
import type { IdTable } from "../plan/ids.js";
import {
  outputArray,
  outputElements,
  outputItemSize,
  paddedBytes,
  placeVoxelsInSteps,
} from "../plan/output.js";
import { newLives } from "../pool/pool-worker.js";
import { inSlices, pageSliceMs } from "../timing/slices.js";
import { together } from "../together.js";
import { BatchMemory, type MemoryParts, untilKept } from "./batch-memory.js";
import type { CpuBackend } from "./cpu-backend.js";
import type { ArrayJob, RenderArrays, RenderedArray } from "./jobs.js";
import { type JobOutput, noTables, outputsOf, placeOf } from "./outputs.js";
import { type FilledArray, transformOnCpu } from "./target-arrays.js";

/**
 * Bytes of a patch from which on its copying takes longer than waiting for the turn of others: smaller patches of a batch
 * are rendered side by side, larger ones where they are to lie (measured from 32³ to 128³ voxels of float32).
 */
const inPlaceFromBytes = 2 ** 21;

/** The arrays of a job, and the id tables of its first. */
interface FilledJob {
  readonly arrays: readonly MemoryParts[];
  readonly idTables: (IdTable | null)[];
}

/** Renders in the workers; with a device the result is uploaded too. */
export function renderOnCpu(cpu: CpuBackend): RenderArrays {
  return async (jobs, { device, ring }, signal) => {
    // One failed read stops its batch: the others would only be thrown away.
    const { controller, unlink } = linkedController(signal);
    try {
      return (await Promise.all(jobs.map((job) => renderJob(job, controller.signal)))).flat();
    } catch (error) {
      controller.abort(error);
      throw error;
    } finally {
      unlink();
    }

    async function renderJob(job: ArrayJob, jobSignal: AbortSignal): Promise<RenderedArray[]> {
      const outputs = outputsOf(job);
      const { arrays, idTables } = await fill(job, outputs, jobSignal);
      const upload = async (bytes: ArrayBuffer, target?: ArrayJob["into"]): Promise<GPUBuffer | null> => {
        if (device === null || ring === null) return null;
        const buffer = target?.buffer ?? (await ring.take(bytes.byteLength));
        // An engine that was disposed meanwhile has destroyed the ring's buffers.
        jobSignal.throwIfAborted();
        device.queue.writeBuffer(buffer, target?.byteOffset ?? 0, bytes);
        return buffer;
      };
      return await Promise.all(
        outputs.map(async ({ layout, channels, into }, i) => {
          const { values, mask } = arrays[i]!;
          return {
            layout,
            channels,
            data: values,
            maskData: mask,
            buffer: await upload(values, into),
            byteOffset: into?.byteOffset ?? 0,
            borrowed: into !== undefined,
            maskBuffer: mask && (await upload(mask)),
            idTables: i === 0 ? idTables : noTables(layout),
          };
        }),
      );
    }
  };

  async function fill(job: ArrayJob, outputs: readonly JobOutput[], signal: AbortSignal): Promise<FilledJob> {
    const isFilled = job.target === undefined && job.reads.every((read) => read !== null);
    const take = (output: JobOutput) => takeMemory(output, !isFilled);
    const { samples, channels, dtype } = job.layout;
    const elements = outputElements(job.layout);
    const patchBytes = (elements / (samples * channels)) * outputItemSize[dtype];
    const isInPlace = placeOf(job.layout, 0).stride === 1 && patchBytes >= inPlaceFromBytes;
    if (job.target === undefined) {
      const fillReads = isInPlace ? fillInPlace : fillByCopies;
      return await fillReads(job, () => take(outputs[0]!), signal);
    }
    const arrays = outputs.map(take);
    const filled = outputs.map(({ layout }, i) => filledArray(layout, arrays[i]!));
    return { arrays, idTables: await transformOnCpu(cpu, job, filled, signal) };
  }

  /** @param isCleared whether there will be elements that nothing is rendered to: those are 0 */
  function takeMemory({ layout, mask }: JobOutput, isCleared: boolean): MemoryParts {
    const elements = outputElements(layout);
    const bytes = paddedBytes(elements, outputItemSize[layout.dtype]);
    return {
      values: cpu.spare.takeOrMake(bytes, isCleared),
      mask: mask ? cpu.spare.takeOrMake(paddedBytes(elements, 1), isCleared) : null,
    };
  }

  /** Workers write where the voxels are to lie: nothing is copied, and nothing is left to do for the page. */
  async function fillInPlace(
    job: ArrayJob,
    take: () => MemoryParts,
    signal: AbortSignal,
  ): Promise<FilledJob> {
    const reads = job.reads.map((read, index) => ({ read, index, lives: newLives() }));
    return await untilKept(async () => {
      const memory = new BatchMemory(job.mask, take);
      const idTables = await together(
        reads,
        async ({ read, index, lives }, stop) => {
          const first = placeOf(job.layout, index).offset;
          return read && (await cpu.renderInto({ memory, first }, read, lives, stop));
        },
        signal,
      );
      return { arrays: [memory.parts], idTables };
    });
  }

  /** Small patches, and channels that take turns voxel by voxel, are rendered apart. */
  async function fillByCopies(
    job: ArrayJob,
    take: () => MemoryParts,
    signal: AbortSignal,
  ): Promise<FilledJob> {
    const memory = new BatchMemory(job.mask, take);
    const idTables = await Promise.all(
      job.reads.map(async (read, index): Promise<IdTable | null> => {
        if (read === null) return null;
        const reply = await cpu.render(read, job.mask, signal);
        const { values, mask } = filledArray(job.layout, memory.parts);
        const place = placeOf(job.layout, index);
        await inSlices(placeVoxelsInSteps(values, reply.data, place), pageSliceMs);
        if (mask !== null && reply.mask !== null) {
          await inSlices(placeVoxelsInSteps(mask, reply.mask, place), pageSliceMs);
        }
        for (const array of [reply.data, reply.mask]) {
          if (array !== null) cpu.spare.give(array.buffer as ArrayBuffer);
        }
        return reply.idTable;
      }),
    );
    return { arrays: [memory.parts], idTables };
  }
}

function filledArray(layout: ArrayJob["layout"], { values, mask }: MemoryParts): FilledArray {
  const elements = outputElements(layout);
  return { values: outputArray(layout.dtype, elements, values), mask: mask && new Uint8Array(mask) };
}
