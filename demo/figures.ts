/** The figures of one run: what was delivered, how fast, and where the bytes came from. */
import type { Batch, EngineStats, Loader } from "../src/index.js";
import { countLabel } from "./pixels.js";
import { Responsiveness, type ResponsivenessFigures } from "./responsiveness.js";
import type { SamplePicture } from "./slice.js";

export interface Figures extends EngineStats, Omit<ResponsivenessFigures, "longTasksAfterMark"> {
  readonly batches: number;
  readonly samples: number;
  /** Voxels delivered, over all arrays and channels. */
  readonly deliveredVoxels: number;
  /** From the first batch to the last, or since the start where there was only one. */
  readonly batchesPerSecond: number;
  readonly voxelsPerSecond: number;
  /** From the start, opening included, to the first batch. */
  readonly firstBatchMs: number | null;
  /** How long the loop waited for batches. */
  readonly waitMs: number;
  readonly longTasksAfterFirstBatch: number;
  /** Share of the annotated voxels that carry each class, in the slices drawn; null: annotated nowhere. */
  readonly labelVoxels: Readonly<Record<string, number | null>>;
  /** Name of the GPU that renders; null on the CPU. */
  readonly adapter: string | null;
}

/** Rates shown while loading are those of the last seconds. */
const RATE_WINDOW_MS = 4000;

interface Arrival {
  readonly at: number;
  readonly voxels: number;
}

/** Counts from its construction until `stop()`. */
export class Meter {
  readonly #startedAt = performance.now();
  readonly #responsiveness = new Responsiveness();
  readonly #labels = new Map<string, { labelled: number; known: number }>();
  #arrivals: Arrival[] = [];
  #firstAt: number | null = null;
  #lastAt = 0;
  #firstVoxels = 0;
  #batches = 0;
  #voxels = 0;

  count(batch: Batch): void {
    const at = performance.now();
    const voxels = Object.values(batch.arrays).reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    );
    this.#batches++;
    this.#voxels += voxels;
    this.#lastAt = at;
    if (this.#firstAt === null) {
      this.#firstAt = at;
      this.#firstVoxels = voxels;
      this.#responsiveness.mark();
    }
    this.#arrivals.push({ at, voxels });
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.at > at - RATE_WINDOW_MS);
  }

  countLabels(pictures: readonly SamplePicture[]): void {
    for (const { name, slice } of pictures.flatMap(({ labels }) => labels)) {
      const sum = this.#labels.get(name) ?? { labelled: 0, known: 0 };
      const { labelled, known } = countLabel(slice);
      this.#labels.set(name, { labelled: sum.labelled + labelled, known: sum.known + known });
    }
  }

  /** Batches and voxels per second of late. */
  recentRates(): { readonly batches: number; readonly voxels: number } {
    const now = performance.now();
    const recent = this.#arrivals.filter(({ at }) => at > now - RATE_WINDOW_MS);
    const seconds = Math.min(RATE_WINDOW_MS, now - this.#startedAt) / 1000;
    const voxels = recent.reduce((sum, arrival) => sum + arrival.voxels, 0);
    return { batches: recent.length / seconds, voxels: voxels / seconds };
  }

  figures(loader: Loader, adapter: string | null): Figures {
    const { longTasksAfterMark, ...responsiveness } = this.#responsiveness.figures();
    const firstAt = this.#firstAt ?? this.#startedAt;
    const isOne = this.#batches < 2;
    const seconds = (this.#lastAt - (isOne ? this.#startedAt : firstAt)) / 1000;
    const rate = (total: number, first: number): number =>
      this.#batches === 0 ? 0 : (total - (isOne ? 0 : first)) / seconds;
    const shares = [...this.#labels].map(
      ([name, { labelled, known }]) => [name, known === 0 ? null : labelled / known] as const,
    );
    return {
      ...loader.stats(),
      ...responsiveness,
      deliveredVoxels: this.#voxels,
      batchesPerSecond: rate(this.#batches, 1),
      voxelsPerSecond: rate(this.#voxels, this.#firstVoxels),
      firstBatchMs: this.#firstAt === null ? null : this.#firstAt - this.#startedAt,
      longTasksAfterFirstBatch: longTasksAfterMark,
      labelVoxels: Object.fromEntries(shares),
      adapter,
    };
  }

  stop(): void {
    this.#responsiveness.stop();
  }
}
