/** Renders test reads on the GPU, and compares them with the CPU. */
import { expect } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import { BrickPool, type BrickPoolOptions, type BrickSlot } from "../../../src/gpu/bricks.js";
import { createOutputBuffer } from "../../../src/gpu/buffers.js";
import { readBuffer } from "../../../src/gpu/readback.js";
import { type GpuJob, GpuRenderer } from "../../../src/gpu/render.js";
import { type IdTable, idTableFor } from "../../../src/plan/ids.js";
import { outputItemSize } from "../../../src/plan/output.js";
import { type ReadPlan, voxelCount } from "../../../src/plan/reads.js";
import type { OutputDType, TypedArray, Vec3 } from "../../../src/types.js";
import { bricksOf, numbersOf, type TestVolume } from "../../unit/cpu/cases.js";

const MiB = 1024 * 1024;

export type Bricks = ReadonlyMap<number, Uint8Array>;

/** Uploads the bricks of a plan. Keys are unique per upload, so that tests choose what is shared. */
export function uploadBricks(pool: BrickPool, bricks: Bricks, prefix: string): Map<number, BrickSlot> {
  return new Map([...bricks].map(([entry, bytes]) => [entry, pool.put(`${prefix}/${entry}`, bytes)]));
}

export interface GpuRendered {
  readonly data: TypedArray;
  readonly mask: Uint8Array;
  readonly idTable: IdTable | null;
}

/** Renders one plan into buffers of its own. */
export async function renderOnGpu(
  device: GPUDevice,
  plan: ReadPlan,
  bricks: Bricks,
  options: { poolOptions?: BrickPoolOptions; maxBindingBytes?: number; renderer?: GpuRenderer } = {},
): Promise<GpuRendered> {
  const pool = new BrickPool(device, options.poolOptions ?? { maxBytes: 4 * MiB });
  const renderer = options.renderer ?? new GpuRenderer(device, { maxBindingBytes: options.maxBindingBytes });
  const count = voxelCount(plan.shape);
  const bytes = count * outputItemSize[plan.outDType];
  const buffer = await createOutputBuffer(device, bytes);
  const maskBuffer = await createOutputBuffer(device, count);
  const idTable = idTableFor(plan, bricks);
  const job: GpuJob = {
    plan,
    slots: uploadBricks(pool, bricks, "brick"),
    idTable,
    out: { buffer, elementOffset: 0, elementStride: 1 },
    mask: { buffer: maskBuffer, elementOffset: 0, elementStride: 1 },
  };
  renderer.render([job], pool);
  const data = typed(await readBuffer(device, buffer, 0, bytes), plan.outDType);
  const mask = new Uint8Array(await readBuffer(device, maskBuffer, 0, count));
  pool.destroy();
  buffer.destroy();
  maskBuffer.destroy();
  if (options.renderer === undefined) renderer.destroy();
  return { data, mask, idTable };
}

/** A buffer's bytes as a rendered array. */
export function typed(buffer: ArrayBuffer, dtype: OutputDType): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer);
    case "float16":
      return new Uint16Array(buffer);
    case "uint8":
      return new Uint8Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "uint32":
      return new Uint32Array(buffer);
  }
}

/** Distance of each output voxel's coordinate from the nearest tie of rounding or edge of the volume. */
export function tieDistances(plan: ReadPlan): Float64Array {
  const distances = new Float64Array(voxelCount(plan.shape));
  let i = 0;
  for (let z = 0; z < plan.shape[0]; z++) {
    for (let y = 0; y < plan.shape[1]; y++) {
      for (let x = 0; x < plan.shape[2]; x++, i++) {
        const ties = plan.matrix.map((row, axis) => {
          const v = plan.offset[axis]! + row[0] * z + row[1] * y + row[2] * x + 0.5;
          return Math.abs(v - Math.round(v));
        });
        distances[i] = Math.min(...ties);
      }
    }
  }
  return distances;
}

/**
 * Expects a plan's values and mask on the GPU to be those of the CPU.
 *
 * @param tolerance - of linear reads, in values; nearest ones must be equal
 * @param ties - {@link tieDistances}, for reads whose coordinates are not the matrix's alone
 */
export function expectTwins(
  plan: ReadPlan,
  bricks: Bricks,
  actual: GpuRendered,
  tolerance: number,
  ties = tieDistances(plan),
): void {
  const expected = renderRead(plan, bricks, { mask: true });
  expect(actual.idTable).toEqual(expected.idTable);
  const got = numbersOf(actual.data, plan.outDType);
  const wanted = numbersOf(expected.data, plan.outDType);
  const wrong: string[] = [];
  for (let i = 0; i < got.length; i++) {
    // In float32 a coordinate this close to a tie may fall on its other side.
    if (ties[i]! < 1e-4) continue;
    if (actual.mask[i] !== expected.mask![i]) wrong.push(`mask ${i}: ${actual.mask[i]}`);
    if (!close(got[i]!, wanted[i]!, plan, expected.mask![i] === 1 ? tolerance : 0)) {
      wrong.push(`voxel ${i}: ${got[i]} instead of ${wanted[i]}`);
    }
  }
  expect(wrong).toEqual([]);
}

function close(got: number, wanted: number, plan: ReadPlan, tolerance: number): boolean {
  if (Object.is(got, wanted) || got === wanted) return true;
  if (plan.interpolation !== "linear" || tolerance === 0) return false;
  const step =
    plan.outDType === "float32" ? 0 : plan.outDType === "float16" ? Math.abs(wanted) * 2 ** -10 : 1;
  return Math.abs(got - wanted) <= tolerance + step;
}

/** Bricks of a plan, without the one given. */
export function bricksWithout(volume: TestVolume, plan: ReadPlan, missing: Vec3): Bricks {
  return bricksOf(volume, plan, (brick) => brick.join() !== missing.join());
}
