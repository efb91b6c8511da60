/** Samples as plain typed arrays. */
import { linkedController } from "../abort.js";
import { toBatchArray } from "../engine/batch-array.js";
import type { Engine } from "../engine/engine.js";
import { LivingArrays } from "../engine/living-arrays.js";
import { outputBytes } from "../engine/outputs.js";
import type { IdTable } from "../plan/ids.js";
import { unturnView, viewOf } from "../plan/view.js";
import type { OutputDType, TypedArray } from "../types.js";
import { arrayJobs, plainChains } from "./array-jobs.js";
import type { DatasetArray, SampleOrigin, SamplePlan } from "./sample.js";

export interface GetOptions {
  readonly signal?: AbortSignal;
  /** Read through this engine. Default: the dataset's own, made on first use. */
  readonly engine?: Engine;
}

/** `[C, D, H, W]`; in a {@link SampleBatch} `[N, C, D, H, W]`. */
export interface SampleArray {
  readonly data: TypedArray;
  readonly mask: Uint8Array | null;
  readonly shape: readonly number[];
  readonly dtype: OutputDType;
  /** Names of its channels, in order. */
  readonly channels: readonly string[];
  /** Per channel (in a batch, per sample and channel); null where ids are unchanged. */
  readonly idTables: readonly (IdTable | null)[];
}

export interface Sample {
  readonly origin: SampleOrigin;
  readonly arrays: Readonly<Record<string, SampleArray>>;
}

export interface SampleBatch {
  readonly origins: readonly SampleOrigin[];
  readonly arrays: Readonly<Record<string, SampleArray>>;
}

/** Renders planned samples together; the caller owns the arrays. @throws `missing-chunk` for a sample that misses one */
export async function readSamples(
  engine: Engine,
  arrays: readonly DatasetArray[],
  plans: readonly SamplePlan[],
  signal?: AbortSignal,
): Promise<SampleBatch> {
  const { controller, unlink } = linkedController(signal, engine.lifetime);
  let leave = (): void => {};
  try {
    const jobs = arrayJobs(arrays, plans, "ncdhw", plainChains(arrays));
    const works = await engine.works();
    leave = await works.admitOutputs(outputBytes(jobs), controller.signal, "visible");
    const render = () => works.render(jobs, controller.signal);
    const living = new LivingArrays(works, await render(), render);
    const entries = living.arrays.map(async (_, i) => {
      const array = toBatchArray(living, i, () => {});
      const [data, mask] = await Promise.all([array.data(), array.mask?.data() ?? null]);
      const { shape, dtype, channels, idTables } = array;
      return [arrays[i]!.spec.name, { data, mask, shape, dtype, channels, idTables }] as const;
    });
    // The memory is the caller's from here on.
    const arraysByName = Object.fromEntries(
      await Promise.all(entries).finally(() => living.recycleBuffers()),
    );
    for (const plan of plans) {
      const missed = plan.missed();
      if (missed !== null) throw missed;
    }
    return {
      origins: plans.map(({ origin }) => origin),
      arrays: arraysByName,
    };
  } finally {
    leave();
    unlink();
  }
}

/** Renders one planned sample; the caller owns the arrays. */
export async function readSample(
  engine: Engine,
  arrays: readonly DatasetArray[],
  plan: SamplePlan,
  signal?: AbortSignal,
): Promise<Sample> {
  const batch = await readSamples(engine, arrays, [plan], signal);
  const entries = Object.entries(batch.arrays).map(
    ([name, array]) => [name, { ...array, shape: array.shape.slice(1) }] as const,
  );
  return { origin: plan.origin, arrays: Object.fromEntries(entries) };
}

/** How a sample was turned and changed, before a slice was laid across its axis. */
export function turnOf({ matrix, sliceAxis, drawn, values }: SampleOrigin) {
  return { matrix: unturnView(matrix, viewOf(sliceAxis)), drawn, values };
}
