/** One row of a split: what it names, and why it may be left out. */
import type { VoxelfeedError } from "../errors.js";

/** What a crop is for. */
export type SplitUsage = "train" | "validation";

/** One crop of a split. */
export interface SplitRow {
  /** Line of the CSV, or number of the pair or entry in its list, from 1. */
  readonly row: number;
  /** Where it is written: `line 7`, `pairs[2]`, `datasetDict.train[0]`. */
  readonly where: string;
  readonly usage: SplitUsage;
  /** Absolute URL. */
  readonly raw: string;
  /** Absolute URL with the classes in brackets; null for a crop without annotation. */
  readonly target: string | null;
  /** The classes in the brackets; null without brackets, or without target. */
  readonly classes: readonly string[] | null;
}

/** A row that was left out: it could not be read or opened, or lacks the resolution asked for. */
export interface LeftOutRow {
  /** Line of the CSV, or number of the pair or entry in its list, from 1. */
  readonly row: number;
  /** Where it is written: `line 7`, `pairs[2]`, `datasetDict.train[0]`. */
  readonly where: string;
  /** Null when not even that could be read. */
  readonly usage: SplitUsage | null;
  readonly raw?: string;
  readonly target?: string | null;
  /** Why: its code is `no-matching-scale` for what `filterByScale` dropped. */
  readonly error: VoxelfeedError;
}
