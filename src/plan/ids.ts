/**
 * 64-bit label ids in 32-bit arrays.
 *
 * A nearest (or linear-argmax) read of a 64-bit source into `uint32` or `int32` keeps every id that fits. When an id of the
 * bricks it touches does not, each value is an index into the read's **id table**: 0 first, then the other
 * distinct ids of those bricks, ascending. The table depends on the plan and the stored bytes only.
 */
import type { ReadPlan } from "./reads.js";

/** Distinct 64-bit ids; unsigned or signed as the source is. */
export type IdTable = BigUint64Array | BigInt64Array;

/** The 32-bit dtype ids are to fit in. */
export type IdDType = "uint32" | "int32";

/** Whether the values of a read are ids, so that {@link idTableFor} applies. */
export function readsIds(
  plan: Pick<ReadPlan, "dtype" | "interpolation" | "outDType">,
): plan is Pick<ReadPlan, "dtype" | "interpolation"> & { outDType: IdDType } {
  return (
    (plan.dtype === "uint64" || plan.dtype === "int64") &&
    plan.interpolation !== "linear" &&
    (plan.outDType === "uint32" || plan.outDType === "int32")
  );
}

/**
 * The distinct ids of a brick if any of them does not fit `fit`, else null.
 *
 * @param bytes - 64-bit little-endian integers; any alignment
 * @param signed - whether they are signed
 * @param fit - dtype to fit in; default `int32` for signed and `uint32` for unsigned sources
 * @returns ascending, a new array; or null
 */
export function wideIds(
  bytes: Uint8Array,
  signed: boolean,
  fit: IdDType = signed ? "int32" : "uint32",
): IdTable | null {
  return allFit(bytes, signed, fit) ? null : distinctIds(bytes, signed);
}

/**
 * The distinct ids of a brick.
 *
 * @param bytes - 64-bit little-endian integers; any alignment
 * @returns ascending, a new array
 */
export function distinctIds(bytes: Uint8Array, signed: boolean): IdTable {
  const words = words32(bytes);
  const seen = new Set<number>();
  const wide = new Set<bigint>();
  let lastLow = -1;
  let lastHigh = -1;
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i]!;
    const high = words[i + 1]!;
    // Labels come in runs: the sets are asked once per run.
    if (low === lastLow && high === lastHigh) continue;
    lastLow = low;
    lastHigh = high;
    if (high < 0x200000) seen.add(high * 0x1_0000_0000 + low);
    else wide.add((BigInt(high) << 32n) | BigInt(low));
  }
  const ids = new BigUint64Array(seen.size + wide.size);
  let at = 0;
  for (const id of seen) ids[at++] = BigInt(id);
  for (const id of wide) ids[at++] = id;
  return (signed ? new BigInt64Array(ids.buffer) : ids).sort();
}

/**
 * The id table of a read: null if all ids of its bricks fit its `outDType`, or if its values are no ids.
 *
 * @param bricks - page table entry → brick bytes; an absent one holds the fill value
 * @returns 0, then the other distinct ids ascending; a new array
 */
export function idTableFor(
  plan: Pick<ReadPlan, "dtype" | "interpolation" | "outDType" | "bricks" | "fillBytes">,
  bricks: ReadonlyMap<number, Uint8Array>,
): IdTable | null {
  if (!readsIds(plan)) return null;
  const fit = plan.outDType;
  const signed = plan.dtype === "int64";
  const fill = Uint8Array.from(plan.fillBytes);
  const touched = new Set(plan.bricks.map((entry) => bricks.get(entry) ?? fill));
  if ([...touched].every((bytes) => allFit(bytes, signed, fit))) return null;
  return mergeIds(
    [...touched].map((bytes) => distinctIds(bytes, signed)),
    signed,
  );
}

/**
 * Joins lists of ids into an id table.
 *
 * @param lists - ids in any order, all unsigned or all signed
 * @returns 0, then the other distinct ids ascending; a new array
 */
export function mergeIds(lists: readonly IdTable[], signed: boolean): IdTable {
  const all = new Set<bigint>();
  for (const list of lists) for (const id of list) all.add(id);
  all.delete(0n);
  const rest = (signed ? BigInt64Array.from(all) : BigUint64Array.from(all)).sort();
  const table = signed ? new BigInt64Array(rest.length + 1) : new BigUint64Array(rest.length + 1);
  for (let i = 0; i < rest.length; i++) table[i + 1] = rest[i]!;
  return table;
}

/**
 * Finds (low, high) words in an id table; the returned function remembers its last answer.
 *
 * @returns index of the id; 0 for an id the table does not hold
 */
export function idLookup(table: IdTable): (low: number, high: number) => number {
  const words = new Uint32Array(table.buffer, table.byteOffset, table.length * 2);
  // Flipping the sign bit orders signed high words as unsigned ones.
  const flip = table instanceof BigInt64Array ? 0x80000000 : 0;
  let lastLow = 0;
  let lastHigh = 0;
  let lastIndex = 0;
  return (low, high) => {
    if (low === lastLow && high === lastHigh) return lastIndex;
    const wantedHigh = (high ^ flip) >>> 0;
    let from = 1;
    let to = table.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const middleHigh = (words[2 * middle + 1]! ^ flip) >>> 0;
      if (middleHigh < wantedHigh || (middleHigh === wantedHigh && words[2 * middle]! < low)) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    const found = from < table.length && words[2 * from] === low && words[2 * from + 1] === high;
    lastLow = low;
    lastHigh = high;
    lastIndex = found ? from : 0;
    return lastIndex;
  };
}

/** The bytes as little-endian 32-bit words; copies only when they are not aligned. */
export function words32(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
}

function allFit(bytes: Uint8Array, signed: boolean, fit: IdDType): boolean {
  const words = words32(bytes);
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i]!;
    const high = words[i + 1]!;
    if (high === 0) {
      if (fit === "int32" && low > 0x7fffffff) return false;
    } else if (!(signed && fit === "int32" && high === 0xffffffff && low > 0x7fffffff)) {
      return false;
    }
  }
  return true;
}
