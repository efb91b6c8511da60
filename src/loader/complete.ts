/** Renders samples until none misses a raw chunk: those that do are replaced, see `onMissing: "skip"`. */
import type { SamplePlan } from "../dataset/sample.js";
import type { RenderedArray } from "../engine/jobs.js";

/** A volume with so few chunks is not worth going on with. */
const MAX_REPLACEMENTS = 100;

export interface CompleteSamples {
  readonly plans: readonly SamplePlan[];
  readonly rendered: readonly RenderedArray[];
  /** How many samples were replaced. */
  readonly replaced: number;
}

/**
 * @param replace plans sample `i`'s candidate number `attempt`, from 1; a pure function of them
 * @throws what rendering throws; `missing-chunk` when a hundred candidates of one sample miss chunks
 */
export async function renderComplete(
  first: readonly SamplePlan[],
  render: (plans: readonly SamplePlan[]) => Promise<RenderedArray[]>,
  recycle: (rendered: RenderedArray) => void,
  replace: (i: number, attempt: number) => SamplePlan,
): Promise<CompleteSamples> {
  let plans = first;
  for (let attempt = 1; ; attempt++) {
    const rendered = await render(plans);
    const missed = plans.map((plan) => plan.missed());
    const error = missed.find((found) => found !== null);
    if (error === undefined) {
      return { plans, rendered, replaced: plans.filter((plan, i) => plan !== first[i]).length };
    }
    for (const array of rendered) recycle(array);
    if (attempt > MAX_REPLACEMENTS) throw error;
    plans = plans.map((plan, i) => (missed[i] === null ? plan : replace(i, attempt)));
  }
}
