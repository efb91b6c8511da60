/** Working memory of the CPU renderer, kept between reads by its owner. */

/** Dtype voxels are gathered in: the smallest of three that holds the source exactly. */
export type VoxelKind = "uint8" | "float32" | "float64";

export type VoxelArray = Uint8Array | Float32Array | Float64Array;

/**
 * Reusable arrays. One scratch serves one read at a time; what it hands out is valid until the next read.
 * It keeps the largest size asked for, which the renderer bounds to a few MiB per read.
 */
export class RenderScratch {
  #bytes = new ArrayBuffer(0);
  #known = new Uint8Array(0);
  #images = new ArrayBuffer(0);
  #row = new Float64Array(0);
  #line = new Float64Array(0);

  /** Voxels of undefined content. */
  voxels(kind: VoxelKind, length: number): VoxelArray {
    this.#bytes = atLeast(this.#bytes, kind, length);
    return viewed(this.#bytes, kind, length);
  }

  /** Voxels and their mirror images, of undefined content; other memory than {@link voxels}. */
  images(kind: VoxelKind, length: number): VoxelArray {
    this.#images = atLeast(this.#images, kind, length);
    return viewed(this.#images, kind, length);
  }

  /** One byte per gathered voxel, of undefined content. */
  known(length: number): Uint8Array {
    if (this.#known.length < length) this.#known = new Uint8Array(length);
    return this.#known.subarray(0, length);
  }

  /** One output row, of undefined content. */
  row(length: number): Float64Array {
    if (this.#row.length < length) this.#row = new Float64Array(length);
    return this.#row;
  }

  /** One combined source line, of undefined content. */
  line(length: number): Float64Array {
    if (this.#line.length < length) this.#line = new Float64Array(length);
    return this.#line;
  }
}

function atLeast(bytes: ArrayBuffer, kind: VoxelKind, length: number): ArrayBuffer {
  const itemSize = kind === "uint8" ? 1 : kind === "float32" ? 4 : 8;
  return bytes.byteLength < length * itemSize ? new ArrayBuffer(length * itemSize) : bytes;
}

function viewed(bytes: ArrayBuffer, kind: VoxelKind, length: number): VoxelArray {
  if (kind === "uint8") return new Uint8Array(bytes, 0, length);
  if (kind === "float32") return new Float32Array(bytes, 0, length);
  return new Float64Array(bytes, 0, length);
}
