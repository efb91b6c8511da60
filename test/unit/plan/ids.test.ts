import { expect, test } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import { distinctIds, idTableFor, wideIds } from "../../../src/plan/ids.js";
import { bricksOf, makeRead, makeVolume, planOf } from "../cpu/cases.js";

const bytesOf = (ids: readonly bigint[]) => new Uint8Array(BigInt64Array.from(ids).buffer);

test("wideIds lists the distinct ids only when one does not fit", () => {
  expect(wideIds(bytesOf([3n, 0xffffffffn, 3n]), false)).toBeNull();
  expect(wideIds(bytesOf([3n, 0x1_0000_0000n, 3n]), false)).toEqual(BigUint64Array.of(3n, 0x1_0000_0000n));
  expect(wideIds(bytesOf([-1n, 0x7fffffffn, -0x80000000n]), true)).toBeNull();
  expect(wideIds(bytesOf([-1n, 0x80000000n]), true)).toEqual(BigInt64Array.of(-1n, 0x80000000n));
  expect(wideIds(bytesOf([-0x80000001n, 4n]), true)).toEqual(BigInt64Array.of(-0x80000001n, 4n));
});

test("ids must fit the output's dtype, not only the source's half", () => {
  expect(wideIds(bytesOf([0x80000000n]), false, "int32")).toEqual(BigUint64Array.of(0x80000000n));
  expect(wideIds(bytesOf([-1n]), true, "uint32")).toEqual(BigInt64Array.of(-1n));
  expect(wideIds(bytesOf([0xffffffffn]), true, "uint32")).toBeNull();
});

test("distinctIds sorts the whole 64-bit range", () => {
  const ids = [5n, 0xffff_ffff_ffff_ffffn, 1n << 53n, (1n << 53n) + 1n, 5n, 0n, 1n << 63n];
  const bytes = new Uint8Array(BigUint64Array.from(ids).buffer);
  expect(Array.from(distinctIds(bytes, false))).toEqual([
    0n,
    5n,
    1n << 53n,
    (1n << 53n) + 1n,
    1n << 63n,
    0xffff_ffff_ffff_ffffn,
  ]);
  expect(Array.from(distinctIds(bytes, true))).toEqual([
    -(1n << 63n),
    -1n,
    0n,
    5n,
    1n << 53n,
    (1n << 53n) + 1n,
  ]);
});

test("wide ids come back as indices into the table; 0 is its first entry", () => {
  const big = 7_000_000_000n;
  const volume = makeVolume({
    dtype: "uint64",
    shape: [2, 2, 4],
    brickShape: [2, 2, 2],
    stored: (_z, y, x) => (x === 3 ? big + BigInt(y) : BigInt(x + 4)),
  });
  const read = makeRead({
    center: [0.5, 0.5, 1.5],
    shape: [2, 2, 6],
    interpolation: "nearest",
    outDType: "uint32",
    padValue: 99,
  });
  const plan = planOf(volume, read);
  const { data, idTable } = renderRead(plan, bricksOf(volume, plan), { mask: false });
  expect(idTable).toEqual(BigUint64Array.of(0n, 4n, 5n, 6n, big, big + 1n));
  expect(Array.from(data.subarray(0, 12))).toEqual([99, 1, 2, 3, 4, 99, 99, 1, 2, 3, 5, 99]);
});

test("signed tables start with 0 and go on ascending", () => {
  const volume = makeVolume({
    dtype: "int64",
    shape: [1, 1, 4],
    brickShape: [1, 1, 4],
    stored: (_z, _y, x) => [-9_000_000_000n, -2n, 0n, 9_000_000_000n][x]!,
  });
  const read = makeRead({
    center: [0, 0, 1.5],
    shape: [1, 1, 4],
    interpolation: "nearest",
    outDType: "int32",
  });
  const plan = planOf(volume, read);
  const { data, idTable } = renderRead(plan, bricksOf(volume, plan), { mask: false });
  expect(idTable).toEqual(BigInt64Array.of(0n, -9_000_000_000n, -2n, 9_000_000_000n));
  expect(Array.from(data)).toEqual([1, 2, 0, 3]);
});

test("ids that fit stay themselves, and a wide fill value of an absent brick counts", () => {
  const volume = makeVolume({
    dtype: "uint64",
    shape: [1, 1, 4],
    brickShape: [1, 1, 2],
    stored: (_z, _y, x) => BigInt(0xfffffff0 + x),
  });
  const read = makeRead({
    center: [0, 0, 1.5],
    shape: [1, 1, 4],
    interpolation: "nearest",
    outDType: "uint32",
  });
  const plan = planOf(volume, read, 1n << 40n);
  const whole = renderRead(plan, bricksOf(volume, plan), { mask: false });
  expect(whole.idTable).toBeNull();
  expect(Array.from(whole.data)).toEqual([0xfffffff0, 0xfffffff1, 0xfffffff2, 0xfffffff3]);
  const holed = bricksOf(volume, plan, (brick) => brick[2] === 0);
  expect(idTableFor(plan, holed)).toEqual(BigUint64Array.of(0n, 0xfffffff0n, 0xfffffff1n, 1n << 40n));
  expect(Array.from(renderRead(plan, holed, { mask: false }).data)).toEqual([1, 2, 3, 3]);
});

test("64-bit sources convert numerically to other dtypes", () => {
  const volume = makeVolume({
    dtype: "int64",
    shape: [1, 1, 4],
    brickShape: [1, 1, 4],
    stored: (_z, _y, x) => [-3n, 200n, 1n << 40n, -(1n << 40n)][x]!,
  });
  const at = (outDType: "uint8" | "float32") => {
    const read = makeRead({ center: [0, 0, 1.5], shape: [1, 1, 4], interpolation: "nearest", outDType });
    const plan = planOf(volume, read);
    const result = renderRead(plan, bricksOf(volume, plan), { mask: false });
    expect(result.idTable).toBeNull();
    return Array.from(result.data);
  };
  expect(at("uint8")).toEqual([0, 200, 255, 0]);
  expect(at("float32")).toEqual([-3, 200, 2 ** 40, -(2 ** 40)]);
});
