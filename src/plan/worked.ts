/** Plans of patches whose values are worked on. */
import { map3 } from "../math/vec.js";
import type { Level } from "../zarr/metadata.js";
import { type PatchRequest, type PlannedRead, planPatch } from "./patch.js";
import type { ReadPlan } from "./reads.js";
import type { ValueWork } from "./values.js";

/** A planned read and what happens to its values. */
export interface WorkedRead extends PlannedRead {
  /** Absent: values are stored as they are sampled. */
  readonly values?: ValueWork;
  /**
   * Of `values` with stages: the patch with its halo on all sides, in float32, reflecting at the volume's faces. Its bricks
   * are those that must be there; `plan` only says what is stored.
   */
  readonly gather?: ReadPlan;
}

/** Plans a patch and the halo that its work needs. Voxel k of the patch is voxel k + halo of the gathered one. */
export function planWorked(levels: readonly Level[], request: PatchRequest, values: ValueWork): WorkedRead {
  const planned = planPatch(levels, request);
  const { stages, halo } = values;
  if (stages.length === 0) return values.gather.length === 0 ? planned : { ...planned, values };
  const shape = map3((axis) => request.shape[axis] + 2 * halo[axis]);
  const { plan: gather } = planPatch(levels, { ...request, shape, dtype: "float32", reflect: true });
  return { ...planned, values, gather };
}
