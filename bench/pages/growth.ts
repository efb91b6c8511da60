/** How memory goes on growing while batches come. */

export interface MemorySample {
  /** Batches delivered when it was taken. */
  readonly batches: number;
  /** Of the browser's processes, by their type. */
  readonly mebibytes: Readonly<Record<string, number>>;
}

/**
 * Slope of the line through the samples by least squares, in percent of their mean per 1,000 batches.
 *
 * @param samples two at least, of different numbers of batches
 */
export function growthPercent(samples: readonly MemorySample[]): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const mean = (values: readonly number[]): number => sum(values) / values.length;
  const totals = samples.map(({ mebibytes }) => sum(Object.values(mebibytes)));
  const meanTotal = mean(totals);
  const meanBatches = mean(samples.map(({ batches }) => batches));
  let covariance = 0;
  let variance = 0;
  for (const [i, { batches }] of samples.entries()) {
    covariance += (batches - meanBatches) * (totals[i]! - meanTotal);
    variance += (batches - meanBatches) ** 2;
  }
  return (100 * 1000 * covariance) / variance / meanTotal;
}
