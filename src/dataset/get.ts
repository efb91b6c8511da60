/** One sample as plain typed arrays. */
import { linkedController } from "../abort.js";
import { toBatchArray } from "../engine/batch-array.js";
import type { Engine } from "../engine/engine.js";
import type { IdTable } from "../plan/ids.js";
import type { OutputDType, TypedArray } from "../types.js";
import { arrayJobs, type DatasetArray, type SampleOrigin, type SamplePlan } from "./sample.js";

/** `[C, D, H, W]`. */
export interface SampleArray {
  readonly data: TypedArray;
  readonly mask: Uint8Array | null;
  readonly shape: readonly number[];
  readonly dtype: OutputDType;
  /** Per channel; null where ids are unchanged. */
  readonly idTables: readonly (IdTable | null)[];
}

export interface Sample {
  readonly origin: SampleOrigin;
  readonly arrays: Readonly<Record<string, SampleArray>>;
}

/** Renders one planned sample; the caller owns the arrays. */
export async function readSample(
  engine: Engine,
  arrays: readonly DatasetArray[],
  plan: SamplePlan,
  signal?: AbortSignal,
): Promise<Sample> {
  const { controller, unlink } = linkedController(signal, engine.lifetime);
  try {
    const jobs = arrayJobs(arrays, [plan], "ncdhw");
    const rendered = await engine.render(jobs, controller.signal);
    const entries = rendered.map(async (result, i) => {
      const array = toBatchArray(engine, result, () => {});
      const [data, mask] = await Promise.all([array.data(), array.mask?.data() ?? null]);
      engine.recycle(result);
      const sample: SampleArray = {
        data,
        mask,
        shape: array.shape.slice(1),
        dtype: array.dtype,
        idTables: array.idTables,
      };
      return [arrays[i]!.spec.name, sample] as const;
    });
    return { origin: plan.origin, arrays: Object.fromEntries(await Promise.all(entries)) };
  } finally {
    unlink();
  }
}
