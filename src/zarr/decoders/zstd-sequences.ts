/** The sequences of a zstd block: literals to copy, then a match. Source: RFC 8878, section 3.1.1.3.2. */
import { BackwardBits } from "./bits.js";
import { copyMatch, copyRun } from "./copy.js";
import { makeStateTable, readStateTable, type StateTable, singleSymbolTable } from "./zstd-tables.js";

/** Tables and offsets that a block leaves to the next one. */
export interface SequenceState {
  literalLengths?: StateTable;
  offsets?: StateTable;
  matchLengths?: StateTable;
  /** The three latest distances. */
  recent: [number, number, number];
}

interface CodeKind {
  readonly maxSymbol: number;
  readonly maxLog: number;
  readonly defaultLog: number;
  readonly defaultCounts: readonly number[];
}

const ones = (count: number): number[] => new Array<number>(count).fill(1);
const twos = (count: number): number[] => new Array<number>(count).fill(2);
const rare = (count: number): number[] => new Array<number>(count).fill(-1);

const literalKind: CodeKind = {
  maxSymbol: 35,
  maxLog: 9,
  defaultLog: 6,
  defaultCounts: [4, 3, ...twos(11), ...ones(3), ...twos(9), 3, 2, ...ones(5), ...rare(4)],
};
const offsetKind: CodeKind = {
  maxSymbol: 31,
  maxLog: 8,
  defaultLog: 5,
  defaultCounts: [...ones(6), ...twos(3), ...ones(15), ...rare(5)],
};
const matchKind: CodeKind = {
  maxSymbol: 52,
  maxLog: 9,
  defaultLog: 6,
  defaultCounts: [1, 4, 3, ...twos(6), ...ones(37), ...rare(7)],
};

/** Bits behind each code, and from them the smallest length each code stands for. */
const literalBits = [
  ...new Array<number>(16).fill(0),
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
];
const matchBits = [
  ...new Array<number>(32).fill(0),
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
];
const literalBases = basesOf(literalBits, 0);
const matchBases = basesOf(matchBits, 3);

/** 1, 2, 4, … 2^31. */
const powers = Array.from({ length: 32 }, (_, exponent) => 2 ** exponent);

function basesOf(bits: readonly number[], first: number): number[] {
  const bases = [first];
  for (const count of bits) bases.push(bases.at(-1)! + 2 ** count);
  return bases;
}

/**
 * Runs the sequences of [start, end).
 *
 * @param to where the block's output starts; matches reach back to the frame's start at `frameStart`.
 * @returns where the block's output ends.
 */
export function runSequences(
  source: Uint8Array,
  start: number,
  end: number,
  literals: Uint8Array,
  target: Uint8Array,
  frameStart: number,
  to: number,
  state: SequenceState,
): number {
  const header = readHeader(source, start, end);
  let taken = 0;
  let at = to;
  if (header.count > 0) {
    let position = header.end;
    const table = (kind: CodeKind, mode: number, known: StateTable | undefined): StateTable => {
      const read = readTable(source, position, end, kind, mode, known);
      position = read.end;
      return read.table;
    };
    const lengths = table(literalKind, header.modes >> 6, state.literalLengths);
    const offsets = table(offsetKind, (header.modes >> 4) & 3, state.offsets);
    const matches = table(matchKind, (header.modes >> 2) & 3, state.matchLengths);
    Object.assign(state, { literalLengths: lengths, offsets, matchLengths: matches });
    const bits = new BackwardBits(source, position, end);
    let lengthState = bits.take(lengths.accuracyLog);
    let offsetState = bits.take(offsets.accuracyLog);
    let matchState = bits.take(matches.accuracyLog);
    for (let i = 0; i < header.count; i++) {
      const offsetCode = offsets.symbols[offsetState]!;
      const offset = powers[offsetCode]! + bits.take(offsetCode);
      const matchCode = matches.symbols[matchState]!;
      const match = matchBases[matchCode]! + bits.take(matchBits[matchCode]!);
      const lengthCode = lengths.symbols[lengthState]!;
      const length = literalBases[lengthCode]! + bits.take(literalBits[lengthCode]!);
      const distance = nextDistance(offset, length, state.recent);
      if (taken + length > literals.length) throw new Error("a zstd block takes more literals than it has");
      if (at + length + match > target.length) throw new Error("a zstd frame holds more than its size");
      copyRun(literals, taken, target, at, length);
      taken += length;
      at += length;
      if (distance <= 0 || distance > at - frameStart)
        throw new Error("a zstd match points before the start");
      copyMatch(target, at, distance, match);
      at += match;
      if (i + 1 < header.count) {
        lengthState = lengths.baselines[lengthState]! + bits.take(lengths.bitCounts[lengthState]!);
        matchState = matches.baselines[matchState]! + bits.take(matches.bitCounts[matchState]!);
        offsetState = offsets.baselines[offsetState]! + bits.take(offsets.bitCounts[offsetState]!);
      }
      if (bits.left < 0) throw new Error("the sequences of a zstd block end early");
    }
    if (bits.left !== 0) throw new Error("there are stray bits after the sequences of a zstd block");
  }
  const rest = literals.length - taken;
  if (at + rest > target.length) throw new Error("a zstd frame holds more than its size");
  copyRun(literals, taken, target, at, rest);
  return at + rest;
}

function readHeader(source: Uint8Array, start: number, end: number) {
  if (start >= end) throw new Error("a zstd block ends before its sequences");
  const first = source[start]!;
  if (first === 0) {
    if (start + 1 !== end) throw new Error("there are stray bytes after a zstd block's literals");
    return { count: 0, modes: 0, end };
  }
  const isShort = first < 128;
  const isLong = first === 255;
  const modesAt = start + (isShort ? 1 : isLong ? 3 : 2);
  if (modesAt >= end) throw new Error("a zstd block ends before its sequences");
  const [second, third] = [source[start + 1]!, source[start + 2]!];
  const count = isShort ? first : isLong ? second + third * 256 + 0x7f00 : (first - 128) * 256 + second;
  const modes = source[modesAt]!;
  if ((modes & 3) !== 0) throw new Error("a zstd block has reserved bits");
  return { count, modes, end: modesAt + 1 };
}

function readTable(
  source: Uint8Array,
  start: number,
  end: number,
  kind: CodeKind,
  mode: number,
  known: StateTable | undefined,
): { table: StateTable; end: number } {
  if (mode === 0) return { table: makeStateTable(kind.defaultCounts, kind.defaultLog), end: start };
  if (mode === 1) {
    const symbol = start < end ? source[start]! : Number.POSITIVE_INFINITY;
    if (symbol > kind.maxSymbol) throw new Error("a zstd block has an unknown code");
    return { table: singleSymbolTable(symbol), end: start + 1 };
  }
  if (mode === 2) return readStateTable(source, start, end, kind.maxSymbol, kind.maxLog);
  if (known === undefined) throw new Error("a zstd block repeats a table that never came");
  return { table: known, end: start };
}

/** Values 1 to 3 name a recent distance; without literals they are shifted by one. */
function nextDistance(value: number, length: number, recent: [number, number, number]): number {
  const [first, second, third] = recent;
  if (value > 3) {
    recent[0] = value - 3;
    recent[1] = first;
    recent[2] = second;
    return recent[0];
  }
  const which = value - 1 + (length === 0 ? 1 : 0);
  if (which === 0) return first;
  const distance = which === 1 ? second : which === 2 ? third : first - 1;
  recent[0] = distance;
  recent[1] = first;
  if (which !== 1) recent[2] = second;
  return distance;
}
