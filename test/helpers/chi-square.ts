/** Pearson's test of counts against expected shares. */

/** Whether counts fit the shares with p > 1e-4: the statistic against the Wilson–Hilferty quantile. */
export function fitsShares(counts: ArrayLike<number>, shares: readonly number[]): boolean {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const weight = shares.reduce((sum, share) => sum + share, 0);
  let statistic = 0;
  let cells = 0;
  for (const [i, share] of shares.entries()) {
    if (share === 0) {
      if (counts[i] !== 0) return false;
      continue;
    }
    const expected = (total * share) / weight;
    statistic += (counts[i]! - expected) ** 2 / expected;
    cells++;
  }
  const freedom = cells - 1;
  if (freedom === 0) return true;
  // 3.719 is the normal quantile of 1 − 1e-4.
  const part = 2 / (9 * freedom);
  return statistic < freedom * (1 - part + 3.719 * Math.sqrt(part)) ** 3;
}

export function tally(length: number, draws: number, draw: (i: number) => number): Float64Array {
  const counts = new Float64Array(length);
  for (let i = 0; i < draws; i++) counts[draw(i)]!++;
  return counts;
}
