/** Rendered arrays that outlive their device: where it is lost, they are rendered again, bit for bit. */
import { outputElements, outputItemSize } from "../plan/output.js";
import type { RenderedArray } from "./jobs.js";
import type { EngineWorks } from "./works.js";

export class LivingArrays {
  readonly #works: EngineWorks;
  readonly #render: () => Promise<readonly RenderedArray[]>;
  #arrays: readonly RenderedArray[];
  #revival: Promise<void> | null = null;

  /** @param render makes the arrays anew */
  constructor(
    works: EngineWorks,
    arrays: readonly RenderedArray[],
    render: () => Promise<readonly RenderedArray[]>,
  ) {
    this.#works = works;
    this.#arrays = arrays;
    this.#render = render;
  }

  /** As they were rendered last. */
  get arrays(): readonly RenderedArray[] {
    return this.#arrays;
  }

  /** Renders the arrays again where they are lost; whoever asks, it is done once. */
  async revive(): Promise<void> {
    if (!this.#arrays.some((array) => this.#works.isLost(array))) return;
    this.#revival ??= this.#renew();
    await this.#revival;
  }

  /** The values of an array on the CPU. */
  async values(index: number): Promise<ArrayBuffer> {
    return await this.#read(({ layout, data, buffer, byteOffset }) => {
      const bytes = outputElements(layout) * outputItemSize[layout.dtype];
      return { held: data, buffer, byteOffset, bytes };
    }, index);
  }

  /** The mask of an array that has one, one byte per element. */
  async mask(index: number): Promise<ArrayBuffer> {
    return await this.#read(({ layout, maskData, maskBuffer }) => {
      return { held: maskData, buffer: maskBuffer, byteOffset: 0, bytes: outputElements(layout) };
    }, index);
  }

  /** Returns buffers and memory for others to use. */
  recycle(): void {
    for (const array of this.#arrays) this.#works.recycle(array);
  }

  /** Returns the buffers alone: what was read of the values stays. */
  recycleBuffers(): void {
    for (const array of this.#arrays) this.#works.recycleBuffers(array);
  }

  async #read(
    part: (array: RenderedArray) => {
      readonly held: ArrayBuffer | null;
      readonly buffer: GPUBuffer | null;
      readonly byteOffset: number;
      readonly bytes: number;
    },
    index: number,
  ): Promise<ArrayBuffer> {
    for (;;) {
      const array = this.#arrays[index]!;
      const { held, buffer, byteOffset, bytes } = part(array);
      if (held !== null) return held;
      try {
        return await this.#works.read(array, buffer!, byteOffset, bytes);
      } catch (error) {
        if (!(await this.#works.losesDevice(array))) throw error;
        await this.revive();
      }
    }
  }

  async #renew(): Promise<void> {
    try {
      this.#arrays = await this.#render();
    } finally {
      this.#revival = null;
    }
  }
}
