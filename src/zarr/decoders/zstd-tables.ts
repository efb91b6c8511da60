/** The two entropy codes of zstd: finite-state (FSE) and Huffman tables. Source: RFC 8878, section 4. */
import { BackwardBits, ForwardBits } from "./bits.js";

/** A finite-state decoding table: what each state stands for and how the next one is found. */
export interface StateTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  readonly bitCounts: Uint8Array;
  readonly baselines: Uint16Array;
}

/** A Huffman decoding table over the next `maxBits` bits: symbol in the low byte, bits to take in the high one. */
export interface HuffmanTable {
  readonly maxBits: number;
  readonly entries: Uint16Array;
}

const MAX_HUFFMAN_BITS = 11;

/** Reads the description of a state table from [start, end); gives also where it ends. */
export function readStateTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxSymbol: number,
  maxLog: number,
): { table: StateTable; end: number } {
  const bits = new ForwardBits(bytes, start, end);
  const accuracyLog = bits.peek(4) + 5;
  bits.skip(4);
  if (accuracyLog > maxLog) throw new Error(`a zstd table has ${accuracyLog} bits, ${maxLog} are allowed`);
  const counts: number[] = [];
  let remaining = 1 << accuracyLog;
  while (remaining > 0) {
    if (counts.length > maxSymbol) throw new Error("a zstd table has too many symbols");
    const count = readProbability(bits, remaining);
    counts.push(count);
    remaining -= Math.abs(count);
    if (count === 0) {
      for (let zeros = 3; zeros === 3; ) {
        zeros = bits.peek(2);
        bits.skip(2);
        for (let i = 0; i < zeros; i++) counts.push(0);
        if (counts.length > maxSymbol + 1) throw new Error("a zstd table has too many symbols");
      }
    }
  }
  if (remaining < 0) throw new Error("the probabilities of a zstd table do not add up");
  return { table: makeStateTable(counts, accuracyLog), end: bits.end() };
}

/** −1 stands for less than one in the table's size. */
function readProbability(bits: ForwardBits, remaining: number): number {
  const width = 32 - Math.clz32(remaining + 1);
  const half = (1 << (width - 1)) - 1;
  const spare = (1 << width) - 1 - (remaining + 1);
  const value = bits.peek(width);
  if ((value & half) < spare) {
    bits.skip(width - 1);
    return (value & half) - 1;
  }
  bits.skip(width);
  return (value > half ? value - spare : value) - 1;
}

/** Spreads symbols over the states by their counts, which add up to the table's size. */
export function makeStateTable(counts: readonly number[], accuracyLog: number): StateTable {
  const size = 1 << accuracyLog;
  const symbols = new Uint8Array(size);
  let high = size;
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let state = 0;
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[state] = symbol;
      do state = (state + step) & (size - 1);
      while (state >= high);
    }
  });
  const next = counts.map((count) => Math.abs(count));
  const bitCounts = new Uint8Array(size);
  const baselines = new Uint16Array(size);
  for (let at = 0; at < size; at++) {
    const number = next[symbols[at]!]!++;
    const bits = accuracyLog - 31 + Math.clz32(number);
    bitCounts[at] = bits;
    baselines[at] = (number << bits) - size;
  }
  return { accuracyLog, symbols, bitCounts, baselines };
}

/** A table that always gives one symbol. */
export function singleSymbolTable(symbol: number): StateTable {
  return {
    accuracyLog: 0,
    symbols: Uint8Array.of(symbol),
    bitCounts: new Uint8Array(1),
    baselines: new Uint16Array(1),
  };
}

/** Reads a Huffman tree's description from [start, end); gives also where it ends. */
export function readHuffmanTable(
  bytes: Uint8Array,
  start: number,
  end: number,
): { table: HuffmanTable; end: number } {
  if (start >= end) throw new Error("a zstd block ends before its Huffman tree");
  const header = bytes[start]!;
  const isDirect = header >= 128;
  const treeEnd = start + 1 + (isDirect ? (header - 126) >> 1 : header);
  if (treeEnd > end) throw new Error("a zstd block ends in its Huffman tree");
  const weights = isDirect
    ? Array.from({ length: header - 127 }, (_, i) => (bytes[start + 1 + (i >> 1)]! >> (i % 2 ? 0 : 4)) & 15)
    : readWeights(bytes, start + 1, treeEnd);
  return { table: makeHuffmanTable(weights), end: treeEnd };
}

/** Weights in a bit stream of their own, decoded by two states in turn. */
function readWeights(bytes: Uint8Array, start: number, end: number): number[] {
  const { table, end: streamStart } = readStateTable(bytes, start, end, 255, 6);
  const bits = new BackwardBits(bytes, streamStart, end);
  const states = [bits.take(table.accuracyLog), bits.take(table.accuracyLog)];
  if (bits.left < 0) throw new Error("a Huffman tree ends early");
  const weights: number[] = [];
  for (let turn = 0; weights.length < 255; turn ^= 1) {
    const state = states[turn]!;
    weights.push(table.symbols[state]!);
    states[turn] = table.baselines[state]! + bits.take(table.bitCounts[state]!);
    if (bits.left < 0) {
      weights.push(table.symbols[states[turn ^ 1]!]!);
      return weights;
    }
  }
  throw new Error("a Huffman tree has too many weights");
}

/** The last symbol's weight is not written: it is what makes the tree complete. */
function makeHuffmanTable(written: readonly number[]): HuffmanTable {
  const total = written.reduce((sum, weight) => sum + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const maxBits = 32 - Math.clz32(total);
  const left = 2 ** maxBits - total;
  if (total === 0 || maxBits > MAX_HUFFMAN_BITS || (left & (left - 1)) !== 0) {
    throw new Error("the weights of a Huffman tree do not add up");
  }
  const weights = [...written, 32 - Math.clz32(left)];
  const entries = new Uint16Array(2 ** maxBits);
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    for (let symbol = 0; symbol < weights.length; symbol++) {
      if (weights[symbol] !== weight) continue;
      const span = 1 << (weight - 1);
      entries.fill(symbol | ((maxBits + 1 - weight) << 8), at, at + span);
      at += span;
    }
  }
  return { maxBits, entries };
}
