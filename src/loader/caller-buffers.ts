/** Buffers of the caller that batches are rendered into, instead of the ring's. */
import type { DatasetArray } from "../dataset/sample.js";
import { checkKeys, invalid } from "../options.js";
import { outputItemSize, paddedBytes } from "../plan/output.js";
import { voxelCount } from "../plan/reads.js";

export type OutputBuffers = Readonly<Record<string, readonly GPUBuffer[]>>;

/** A place for one buffer of the caller; after a lost device another one is in it. */
export interface LentBuffer {
  buffer: GPUBuffer;
  readonly byteOffset: 0;
}

/** Lends each array's buffers out in turn; there are never more leases than buffers of any array. */
export class CallerBuffers {
  readonly #all: ReadonlyMap<string, readonly LentBuffer[]>;
  readonly #free: ReadonlyMap<string, LentBuffer[]>;
  readonly #check: (buffers: OutputBuffers) => void;
  /** What a batch has in buffers of the caller, in bytes. */
  readonly bytesPerBatch: number;

  /**
   * @throws VoxelfeedError `unknown-option` for a name that is no array; `invalid-option` for a buffer that is
   * too small or lacks STORAGE, COPY_SRC or COPY_DST usage
   */
  constructor(buffers: OutputBuffers, arrays: readonly DatasetArray[], batchSize: number) {
    const bytesOf = (name: string): number => {
      const { spec, channels } = arrays.find((array) => array.spec.name === name)!;
      return paddedBytes(batchSize * channels.length * voxelCount(spec.shape), outputItemSize[spec.dtype]);
    };
    this.#check = (given) => {
      checkKeys(
        given,
        arrays.map(({ spec }) => spec.name),
        "outputBuffers",
      );
      for (const [name, list] of Object.entries(given)) {
        checkBuffers(list, bytesOf(name), `outputBuffers.${name}`);
      }
    };
    this.#check(buffers);
    const places = Object.entries(buffers).map(
      ([name, list]) => [name, list.map((buffer): LentBuffer => ({ buffer, byteOffset: 0 }))] as const,
    );
    this.bytesPerBatch = Object.keys(buffers).reduce((sum, name) => sum + bytesOf(name), 0);
    this.#all = new Map(places);
    this.#free = new Map(places.map(([name, list]) => [name, [...list]]));
  }

  /**
   * Puts other buffers, of another device, in the place of all.
   *
   * @throws VoxelfeedError as the constructor; `invalid-option` unless there are as many for each array as before
   */
  replace(buffers: OutputBuffers): void {
    this.#check(buffers);
    for (const [name, { length }] of this.#all) {
      if (buffers[name]?.length === length) continue;
      throw invalid(`outputBuffers.${name}`, `${length} buffers of the new device`, buffers[name]);
    }
    for (const [name, places] of this.#all) {
      for (const [i, place] of places.entries()) place.buffer = buffers[name]![i]!;
    }
  }

  /** How many batches may hold buffers at once. */
  get batches(): number {
    return Math.min(...[...this.#free.values()].map((list) => list.length));
  }

  /** A free buffer for an array, undefined when the ring is to provide it. */
  take(name: string): LentBuffer | undefined {
    return this.#free.get(name)?.shift();
  }

  give(name: string, buffer: LentBuffer): void {
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
