/** What a loader tells while it works, by name; see `loader.on`. */
import type { BudgetEvent } from "../cache/limits.js";
import type { DeviceLostEvent } from "../engine/backend-choice.js";

export interface LoaderEvents {
  /** A budget is used up: something waits, was evicted, is rendered in pieces, or was refused. */
  readonly budget: BudgetEvent;
  /** A GPU device is gone. Where it was yours, request another and pass it to `loader.attach`. */
  readonly deviceLost: DeviceLostEvent;
}
