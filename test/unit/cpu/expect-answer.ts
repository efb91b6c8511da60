/** Compares what a renderer gave with what the oracle says. */
import { expect } from "vitest";
import type { RenderedRead } from "../../../src/cpu/render.js";
import type { OutputDType } from "../../../src/types.js";
import type { OracleAnswer } from "../../helpers/oracle.js";
import { converted, numbersOf, type TestRead, type TestVolume, valueRange } from "./cases.js";

/** Expects masks and labels to be equal, and linear values within 1e-6 of the dtype's range. */
export function expectAnswer(
  { data, mask, idTable }: RenderedRead,
  expected: OracleAnswer,
  volume: TestVolume,
  read: TestRead,
): void {
  const actual = numbersOf(data, read.outDType);
  const [low, high] = valueRange[volume.dtype];
  const tolerance = read.interpolation === "nearest" ? 0 : (high - low) * 1e-6;
  const wrong: string[] = [];
  for (let i = 0; i < actual.length; i++) {
    // At a tie, or on the edge of the volume, the last bit of the coordinate decides.
    if (expected.tieDistance[i]! < 1e-9) continue;
    if (mask![i] !== expected.mask[i]) wrong.push(`mask ${i}: ${mask![i]}`);
    const isId = idTable !== null && mask![i] === 1;
    const ok = isId
      ? Number(idTable[data[i]!]) === expected.values[i]
      : agrees(actual[i]!, expected.values[i]!, read.outDType, tolerance);
    if (!ok) {
      wrong.push(`voxel ${i}: ${actual[i]} instead of ${expected.values[i]}`);
    }
  }
  expect(wrong).toEqual([]);
}

/** Whether a value is what the output dtype makes of `want ± tolerance`. */
function agrees(actual: number, want: number, dtype: OutputDType, tolerance: number): boolean {
  if (dtype === "float32") {
    return tolerance === 0 ? actual === Math.fround(want) : Math.abs(actual - want) <= tolerance;
  }
  if (dtype === "float16") {
    if (Math.abs(want) >= 65519) return Math.abs(actual) > 65000;
    // Half a unit in the last place.
    return Math.abs(actual - want) <= Math.max(Math.abs(want) * 2 ** -11, 2 ** -25) + tolerance;
  }
  const slack = tolerance + 1e-9;
  return actual >= converted(want - slack, dtype) && actual <= converted(want + slack, dtype);
}
