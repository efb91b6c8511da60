/** What a loader tells while it works, by name; see `loader.on`. */
import type { BudgetEvent } from "../cache/limits.js";

export interface LoaderEvents {
  /** A budget is used up: something waits, was evicted, is rendered in pieces, or was refused. */
  readonly budget: BudgetEvent;
}
