import { expect, test } from "vitest";
import { middleSlice } from "../../../demo/slice.js";

/** `[N, C, D, H, W]` with the value 10000 n + 1000 c + 100 z + 10 y + x. */
function numbered(shape: readonly [number, number, number, number, number]): Float32Array {
  const [n, c, d, h, w] = shape;
  const values: number[] = [];
  for (let i = 0; i < n * c * d * h * w; i++) {
    const [x, y, z] = [i % w, Math.floor(i / w) % h, Math.floor(i / (w * h)) % d];
    const [channel, sample] = [Math.floor(i / (w * h * d)) % c, Math.floor(i / (w * h * d * c))];
    values.push(10000 * sample + 1000 * channel + 100 * z + 10 * y + x);
  }
  return Float32Array.from(values);
}

test("the middle slice has y as rows and x as columns", () => {
  const shape = [2, 3, 5, 2, 4] as const;
  const { width, height, values } = middleSlice(numbered(shape), null, shape, 1, 2);
  expect([width, height]).toEqual([4, 2]);
  expect([...values]).toEqual([12200, 12201, 12202, 12203, 12210, 12211, 12212, 12213]);
});

test("values and mask are copies of the same place", () => {
  const shape = [1, 1, 1, 1, 2] as const;
  const values = Float32Array.of(7, 8);
  const mask = Uint8Array.of(1, 0);
  const slice = middleSlice(values, mask, shape, 0, 0);
  values.fill(0);
  mask.fill(0);
  expect([...slice.values]).toEqual([7, 8]);
  expect([...slice.known!]).toEqual([1, 0]);
});
