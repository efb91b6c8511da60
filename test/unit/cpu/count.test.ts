import { describe, expect, it } from "vitest";
import { type CountRequest, countLabels } from "../../../src/cpu/count.js";
import { floatToHalf } from "../../../src/math/half.js";

const noCodes = { absent: null, unknown: null };

/** A brick of 2 × 2 × 4 voxels, all of it counted as one cell. */
function request(more: Partial<CountRequest> = {}): CountRequest {
  return {
    dtype: "uint8",
    brickShape: [2, 2, 4],
    first: [0, 0, 0],
    from: [0, 0, 0],
    to: [2, 2, 4],
    codes: noCodes,
    cell: [2, 2, 4],
    ...more,
  };
}

const values = [0, 1, 255, 0, 7, 0, 0, 255, 1, 1, 1, 1, 255, 255, 255, 0];
const totals = ({ present, unknown, voxels }: ReturnType<typeof countLabels>) => [
  ...present,
  ...unknown,
  ...voxels,
];

describe("countLabels", () => {
  const bytes = Uint8Array.from(values);

  it("counts what is not 0 as present where there are no codes", () => {
    expect(totals(countLabels(bytes, request()))).toEqual([11, 0, 16]);
  });

  it("does not count the unknown code as present", () => {
    expect(totals(countLabels(bytes, request({ codes: { absent: 0, unknown: 255 } })))).toEqual([6, 5, 16]);
  });

  it("knows an absent code that is not 0, and an unknown one that is", () => {
    expect(totals(countLabels(bytes, request({ codes: { absent: 255, unknown: 0 } })))).toEqual([6, 5, 16]);
  });

  it.each([
    ["int16", () => Int16Array.from(values, (value) => (value === 255 ? -1 : value))],
    ["uint32", () => Uint32Array.from(values, (value) => (value === 255 ? 2 ** 32 - 1 : value))],
    ["float32", () => Float32Array.from(values, (value) => (value === 255 ? Number.NaN : value))],
    ["float16", () => Uint16Array.from(values, (value) => floatToHalf(value))],
    ["int64", () => BigInt64Array.from(values, (value) => (value === 255 ? -1n : BigInt(value)))],
    ["uint64", () => BigUint64Array.from(values, (value) => BigInt(value) << 33n)],
  ] as const)("reads %s, aligned or not", (dtype, make) => {
    const unknown = { int16: -1, uint32: 2 ** 32 - 1, float32: 255, float16: 255, int64: -1 };
    const code = dtype === "uint64" ? 255 * 2 ** 33 : unknown[dtype];
    const stored = new Uint8Array(make().buffer);
    const shifted = new Uint8Array(stored.length + 1);
    shifted.set(stored, 1);
    for (const brick of [stored, shifted.subarray(1)]) {
      const found = countLabels(brick, request({ dtype, codes: { absent: null, unknown: code } }));
      expect(totals(found)).toEqual([6, 5, 16]);
    }
  });

  it("leaves padding out", () => {
    // Columns 0 and 1 of plane 0: 0 1 / 7 0.
    expect(totals(countLabels(bytes, request({ to: [1, 2, 2] })))).toEqual([2, 0, 4]);
  });

  it("counts apart by cells that begin at multiples of their shape in the volume", () => {
    const found = countLabels(bytes, request({ first: [4, 2, 6], cell: [3, 2, 4] }));
    expect(found.cellMin).toEqual([1, 1, 1]);
    expect(found.cellShape).toEqual([1, 1, 2]);
    // Cells of four columns: volume columns 6 and 7 are in cell 1, 8 and 9 in cell 2.
    expect([...found.voxels]).toEqual([8, 8]);
    expect([...found.present]).toEqual([6, 5]);
  });
});
