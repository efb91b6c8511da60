/** From a decoded chunk, in storage order over all source axes, to a brick in C order z, y, x. */
import { sourceItemSize } from "./dtype.js";
import type { ArrayMeta } from "./metadata.js";

/** Where a brick's elements lie in a decoded chunk, in elements. */
export interface BrickLayout {
  readonly itemSize: number;
  readonly offset: number;
  readonly shape: readonly [z: number, y: number, x: number];
  readonly strides: readonly [z: number, y: number, x: number];
}

/**
 * Works out where an array's bricks lie.
 *
 * @param storageOrder source axis of every stored axis, slowest first.
 */
export function brickLayout(array: ArrayMeta, storageOrder: readonly number[]): BrickLayout {
  const { chunkShape, spatialAxes, select } = array;
  const strides = new Array<number>(chunkShape.length).fill(0);
  let step = 1;
  for (const axis of storageOrder.toReversed()) {
    strides[axis] = step;
    step *= chunkShape[axis]!;
  }
  const [z, y, x] = spatialAxes;
  const offset = select.reduce((sum, index, axis) => sum + (index % chunkShape[axis]!) * strides[axis]!, 0);
  return {
    itemSize: sourceItemSize[array.dtype],
    offset,
    shape: [chunkShape[z] ?? 1, chunkShape[y]!, chunkShape[x]!],
    strides: [strides[z] ?? 0, strides[y]!, strides[x]!],
  };
}

/** Whether the brick is one contiguous run of the chunk. */
export function isContiguous({ shape: [nz, ny, nx], strides: [sz, sy, sx] }: BrickLayout): boolean {
  return (nx === 1 || sx === 1) && (ny === 1 || sy === nx) && (nz === 1 || sz === ny * nx);
}

/**
 * Copies a brick out of a chunk.
 *
 * @param chunk decoded bytes, storage order.
 * @returns new memory in C order z, y, x; the chunk is not changed.
 */
export function gatherBrick(chunk: Uint8Array, layout: BrickLayout): Uint8Array {
  const { itemSize, offset, shape } = layout;
  const [nz, ny, nx] = shape;
  const count = nz * ny * nx;
  if (isContiguous(layout)) return chunk.slice(offset * itemSize, (offset + count) * itemSize);
  const brick = new Uint8Array(count * itemSize);
  const aligned = chunk.byteOffset % itemSize === 0 ? chunk : chunk.slice();
  // Eight-byte elements move as two words: big integers would be allocated one by one.
  const Words = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: Uint32Array }[itemSize as 1 | 2 | 4 | 8];
  const from = new Words(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / Words.BYTES_PER_ELEMENT,
  );
  copyStrided(from, new Words(brick.buffer), layout, itemSize / Words.BYTES_PER_ELEMENT);
  return brick;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

function copyStrided(from: Words, to: Words, layout: BrickLayout, wordsPerItem: number): void {
  const { offset, shape, strides } = layout;
  const [nz, ny, nx] = shape;
  const [sz, sy, sx] = strides.map((stride) => stride * wordsPerItem) as [number, number, number];
  for (let word = 0; word < wordsPerItem; word++) {
    let at = word;
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        let source = offset * wordsPerItem + z * sz + y * sy + word;
        for (let x = 0; x < nx; x++, source += sx, at += wordsPerItem) to[at] = from[source]!;
      }
    }
  }
}
