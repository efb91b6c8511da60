/** One run as the page shows it: its batches on the stage, its figures in the panel. */
import type { Batch, Dataset, Loader } from "../src/index.js";
import { createMonitor, type Monitor } from "../src/monitor/index.js";
import { byId } from "./dom.js";
import { type Figures, Meter } from "./figures.js";
import { createFiguresPanel, formatCount } from "./figures-panel.js";
import { run } from "./run.js";
import type { Settings } from "./settings.js";
import { type SamplePicture, takePictures } from "./slice.js";
import { Stage } from "./stage.js";

const PANEL_MS = 250;
/** Batches may come faster than anybody can look: those between two that are shown are counted only. */
const SHOW_EVERY_MS = 600;
const MAX_KEPT_SAMPLES = 48;

export interface Outcome {
  /** Null when it failed before the loader was made. */
  readonly figures: Figures | null;
  readonly pictures: readonly SamplePicture[];
  /** What ended it; null when all batches came. */
  readonly error: unknown;
}

export class Session {
  readonly stage = new Stage();
  readonly #status = byId("status", HTMLParagraphElement);
  readonly #monitor = document.querySelector("voxelfeed-monitor")!;
  readonly #renewPanel = createFiguresPanel(byId("figures", HTMLElement));

  say(text: string): void {
    this.#status.textContent = text;
  }

  /** @param keepPictures of every batch, shown or not, for the contact sheet */
  async start(settings: Settings, signal: AbortSignal, keepPictures: boolean): Promise<Outcome> {
    const meter = new Meter();
    const pictures: SamplePicture[] = [];
    let loader: Loader | null = null;
    let monitor: Monitor | null = null;
    let adapter: string | null = null;
    let figures: Figures | null = null;
    let shownAt = Number.NEGATIVE_INFINITY;
    const renew = (): void => {
      if (loader === null) return;
      figures = meter.figures(loader, adapter);
      this.#renewPanel(figures, meter.recentRates());
      if (!signal.aborted) this.say(`Streaming: ${formatCount(figures.batches)} batches`);
    };
    const look = async (batch: Batch, dataset: Dataset): Promise<void> => {
      const isDue = !this.stage.isBusy && performance.now() - shownAt >= SHOW_EVERY_MS;
      const isKept = keepPictures && pictures.length < MAX_KEPT_SAMPLES;
      if (!isDue && !isKept) return;
      const taken = await takePictures(batch, dataset);
      meter.countLabels(taken);
      if (isKept) pictures.push(...taken);
      if (!isDue) return;
      shownAt = performance.now();
      this.stage.add(taken);
    };
    const timer = setInterval(renew, PANEL_MS);
    this.say("Opening …");
    try {
      await run(settings, signal, {
        opened: (dataset, made) => {
          loader = made;
          monitor = createMonitor(made);
          this.#monitor.monitor = monitor;
          this.stage.reset(dataset.arrays.some(({ role }) => role === "target") ? dataset.classes : []);
          this.say("Open; the first chunks are on their way …");
        },
        chosen: (name) => {
          adapter = name;
        },
        async batch(batch, dataset) {
          meter.count(batch);
          await look(batch, dataset);
        },
        ended() {
          renew();
          // Its last report stays where it is shown.
          monitor?.dispose();
        },
      });
      return { figures, pictures, error: null };
    } catch (error) {
      return { figures, pictures, error };
    } finally {
      clearInterval(timer);
      meter.stop();
    }
  }
}
