/** The groups of the gallery, in order. */
import type { Operation } from "./operation.js";
import { presetOperations } from "./preset-operations.js";
import { spatialOperations } from "./spatial-operations.js";
import { targetOperations } from "./target-operations.js";
import { valueOperations } from "./value-operations.js";

export interface Group {
  /** Name of the factories' object, and of the group's place in the page's address. */
  readonly name: string;
  readonly title: string;
  readonly operations: Readonly<Record<string, Operation>>;
}

export const groups: readonly Group[] = [
  { name: "spatial", title: "Spatial", operations: spatialOperations },
  { name: "values", title: "Values", operations: valueOperations },
  { name: "targets", title: "Targets", operations: targetOperations },
  { name: "presets", title: "Presets", operations: presetOperations },
];
