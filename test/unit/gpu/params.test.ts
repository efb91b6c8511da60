import { expect, test } from "vitest";
import { missingPage, outputBits, packJobs, pageOf } from "../../../src/gpu/params.js";
import { blockAlignment } from "../../../src/gpu/steps.js";
import { makeRead, makeVolume, planOf } from "../cpu/cases.js";

const at = { outStart: 3, outStride: 2, maskStart: 5, maskStride: 1, program: null };

test("pages hold heap and word offset, and what is not listed or not stored is missing", () => {
  const volume = makeVolume({ dtype: "uint8", shape: [4, 4, 12], brickShape: [4, 4, 4] });
  const plan = planOf(volume, makeRead({ center: [1.5, 1.5, 5.5], shape: [4, 4, 12] }));
  expect(plan.bricks).toEqual([0, 1, 2]);
  const slots = new Map([
    [0, { heap: 0, byteOffset: 512, byteLength: 64 }],
    [2, { heap: 3, byteOffset: 0xffffff00, byteLength: 64 }],
  ]);
  const idTable = BigUint64Array.of(0n, 0x1_2345_6789n);
  const { tables, jobs } = packJobs([
    { plan, slots, idTable: null, ...at },
    { plan, slots, idTable, ...at },
  ]);
  const pages = [128, missingPage, 0xffffffc0];
  expect(Array.from(tables)).toEqual([...pages, ...pages, 0, 0, 0x2345_6789, 1]);
  expect(jobs.blocks.byteLength).toBe(2 * blockAlignment);
  const second = new DataView(jobs.blocks.buffer, blockAlignment, jobs.blockBytes);
  expect(second.getUint32(3 * 4, true)).toBe(3);
  expect(second.getUint32(19 * 4, true)).toBe(6);
  expect(second.getUint32(23 * 4, true)).toBe(2);
  expect(second.getUint32(27 * 4, true)).toBe(3);
});

test("a page never equals the missing one", () => {
  expect(pageOf({ heap: 3, byteOffset: 2 ** 32 - 256, byteLength: 256 })).not.toBe(missingPage);
});

test("padding becomes bits of the output dtype", () => {
  expect(outputBits(1.5, "float32")).toBe(0x3fc00000);
  expect(outputBits(1.5, "float16")).toBe(0x3e00);
  expect(outputBits(-7, "uint8")).toBe(0);
  expect(outputBits(299, "uint8")).toBe(255);
  expect(outputBits(-1, "int32")).toBe(0xffffffff);
  expect(outputBits(1e12, "int32")).toBe(0x7fffffff);
  expect(outputBits(1e12, "uint32")).toBe(0xffffffff);
  expect(outputBits(Number.NaN, "uint32")).toBe(0);
});
