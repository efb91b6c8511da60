/** Buffers of the caller that batches are rendered into, instead of the ring's. */
import type { DatasetArray } from "../dataset/sample.js";
import { checkKeys, invalid } from "../options.js";
import { outputItemSize, paddedBytes } from "../plan/output.js";
import { voxelCount } from "../plan/reads.js";

export type OutputBuffers = Readonly<Record<string, readonly GPUBuffer[]>>;

/** Lends each array's buffers out in turn; there are never more leases than buffers of any array. */
export class CallerBuffers {
  readonly #free: ReadonlyMap<string, GPUBuffer[]>;
  /** What a batch has in buffers of the caller, in bytes. */
  readonly bytesPerBatch: number;

  /**
   * @throws VoxelfeedError `unknown-option` for a name that is no array; `invalid-option` for a buffer that is
   * too small or lacks STORAGE, COPY_SRC or COPY_DST usage
   */
  constructor(buffers: OutputBuffers, arrays: readonly DatasetArray[], batchSize: number) {
    checkKeys(
      buffers,
      arrays.map(({ spec }) => spec.name),
      "outputBuffers",
    );
    let bytes = 0;
    for (const [name, list] of Object.entries(buffers)) {
      const { spec, channels } = arrays.find((array) => array.spec.name === name)!;
      const elements = batchSize * channels.length * voxelCount(spec.shape);
      const needed = paddedBytes(elements, outputItemSize[spec.dtype]);
      checkBuffers(list, needed, `outputBuffers.${name}`);
      bytes += needed;
    }
    this.bytesPerBatch = bytes;
    this.#free = new Map(Object.entries(buffers).map(([name, list]) => [name, [...list]]));
  }

  /** How many batches may hold buffers at once. */
  get batches(): number {
    return Math.min(...[...this.#free.values()].map((list) => list.length));
  }

  /** A free buffer for an array, undefined when the ring is to provide it. */
  take(name: string): GPUBuffer | undefined {
    return this.#free.get(name)?.shift();
  }

  give(name: string, buffer: GPUBuffer): void {
    this.#free.get(name)!.push(buffer);
  }
}

function checkBuffers(list: readonly GPUBuffer[], bytes: number, path: string): void {
  if (!Array.isArray(list) || list.length === 0)
    throw invalid(path, "a list of at least one GPUBuffer", list);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  for (const [i, buffer] of list.entries()) {
    if (buffer.size < bytes)
      throw invalid(`${path}[${i}].size`, `at least ${bytes} bytes for one batch`, buffer.size);
    if ((buffer.usage & usage) !== usage) {
      throw invalid(`${path}[${i}].usage`, "STORAGE | COPY_SRC | COPY_DST", buffer.usage);
    }
  }
}
