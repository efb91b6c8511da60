/** How often the datasets of a combination should be drawn from. */
import type { CountClassesOptions } from "./counts.js";
import type { Dataset } from "./dataset.js";

/** How often to draw from the datasets of a combination. */
export interface SamplingWeights {
  /** Share of each dataset; they sum to 1. */
  readonly datasets: readonly number[];
  /** Weight of every single sample of each dataset: its share divided by its length. */
  readonly samples: readonly number[];
}

/** See {@link CombinedDataset.samplingWeights}. */
export async function weighDatasets(
  combined: Dataset & { readonly datasets: readonly Dataset[] },
  options: CountClassesOptions,
): Promise<SamplingWeights> {
  const weights = await combined.classWeights(options);
  const masses: number[] = [];
  for (const dataset of combined.datasets) {
    const counts = await dataset.classCounts({ ...options, engine: options.engine ?? combined.engine });
    masses.push(
      Object.entries(counts).reduce(
        (sum, [name, { foreground }]) => sum + foreground.nm3 * weights[name]!,
        0,
      ),
    );
  }
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  // Without any foreground, every sample is as good as another.
  const shares = combined.datasets.map(({ length }, i) =>
    total === 0 ? length / combined.length : masses[i]! / total,
  );
  return { datasets: shares, samples: shares.map((share, i) => share / combined.datasets[i]!.length) };
}
