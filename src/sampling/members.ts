/** The members of a combination: what weights, proportions and class balance are about. */
import type { Dataset } from "../dataset/dataset.js";

export interface Member {
  readonly dataset: Dataset;
  /** Its first index in the combination. */
  readonly start: number;
  readonly length: number;
}

/** The members in order; a dataset that is no combination is its only member. */
export function members(dataset: Dataset): Member[] {
  let start = 0;
  return (dataset.datasets ?? [dataset]).map((member) => {
    const { length } = member;
    start += length;
    return { dataset: member, start: start - length, length };
  });
}
