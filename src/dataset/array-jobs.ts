/** How planned samples become the arrays of a batch. */
import type { TargetChain } from "../augment/targets-stages.js";
import type { ImageRead } from "../engine/cpu-backend.js";
import type { ArrayJob } from "../engine/jobs.js";
import type { Layout } from "../types.js";
import { type DatasetArray, type SamplePlan, type TargetChains, targetChains } from "./sample.js";

/** What is made of target arrays without transforms: classes inferred from others, and NaN where unknown. */
export function plainChains(arrays: readonly DatasetArray[]): TargetChains {
  return targetChains(arrays, () => ({ transforms: [], path: "targetTransforms" }));
}

/** Names of what the jobs of {@link arrayJobs} make, in order. */
export function outputNames(arrays: readonly DatasetArray[], chains: TargetChains): string[] {
  return arrays.flatMap(({ spec: { name } }) => [
    name,
    ...(chains[name]?.extras ?? []).map((extra) => extra.name),
  ]);
}

/**
 * Renders the samples: one array job per dataset array.
 *
 * @param plans - of a dataset whose targets are enlarged by the chains' halos
 */
export function arrayJobs(
  arrays: readonly DatasetArray[],
  plans: readonly SamplePlan[],
  layout: Layout,
  chains: TargetChains,
): ArrayJob[] {
  return arrays.map(({ spec, channels }) => {
    const target = chains[spec.name];
    const names = target?.channels ?? channels;
    const readsOf = (reads: readonly (ImageRead | null)[]) =>
      target === undefined
        ? reads.slice(0, channels.length)
        : reads.map((read) => read && gatheredRead(read, target.gathered));
    return {
      layout: {
        samples: plans.length,
        channels: names.length,
        shape: target?.shape ?? spec.shape,
        dtype: target?.dtype ?? spec.dtype,
        layout,
        squeeze: spec.squeeze,
      },
      channels: names,
      target,
      mask: spec.mask,
      reads: plans.flatMap(({ reads }) => readsOf(reads[spec.name]!)),
    };
  });
}

/** A read for a chain: in its dtype, and 0 where there is nothing. */
function gatheredRead(read: ImageRead, outDType: TargetChain["gathered"]): ImageRead {
  return { ...read, plan: { ...read.plan, outDType, padValue: 0 } };
}
