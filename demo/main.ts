/** The page: form, run, batches, figures and errors put together. */
import type { Batch, Dataset, Loader } from "../src/index.js";
import { drawContactSheet } from "./contact-sheet.js";
import { byId } from "./dom.js";
import { type Figures, Meter } from "./figures.js";
import { createFiguresPanel, formatCount } from "./figures-panel.js";
import { fillForm, showPresets } from "./form.js";
import { hideProblem, type Problem, showProblem, showUncaught, toProblem } from "./problem.js";
import { run } from "./run.js";
import { readSettings, type Settings } from "./settings.js";
import { type SamplePicture, takePictures } from "./slice.js";
import { Stage } from "./stage.js";

/** What a headless run leaves behind for whoever started it. */
export type DemoResult =
  | { readonly done: true; readonly figures: Figures; readonly sheet: string }
  | { readonly error: Problem };

declare global {
  interface Window {
    __voxelfeedDemo?: DemoResult;
  }
}

const PANEL_MS = 250;
/** Batches may come faster than anybody can look: those between two that are shown are counted only. */
const SHOW_EVERY_MS = 600;
const HEADLESS_BATCHES = 12;
const MAX_SHEET_SAMPLES = 48;

const form = byId("settings", HTMLFormElement);
const status = byId("status", HTMLParagraphElement);
const startButton = byId("start", HTMLButtonElement);
const stopButton = byId("stop", HTMLButtonElement);
const stage = new Stage();
const renewPanel = createFiguresPanel(byId("figures", HTMLElement));
let underWay: AbortController | null = null;

interface Outcome {
  /** Null when it failed before the loader was made. */
  readonly figures: Figures | null;
  readonly pictures: readonly SamplePicture[];
  readonly error: unknown;
}

/** @param keepPictures of every batch, shown or not, for the contact sheet */
async function start(settings: Settings, signal: AbortSignal, keepPictures: boolean): Promise<Outcome> {
  const meter = new Meter();
  const pictures: SamplePicture[] = [];
  let loader: Loader | null = null;
  let adapter: string | null = null;
  let figures: Figures | null = null;
  let shownAt = Number.NEGATIVE_INFINITY;
  const renew = (): void => {
    if (loader === null) return;
    figures = meter.figures(loader, adapter);
    renewPanel(figures, meter.recentRates());
    if (!signal.aborted) status.textContent = `Streaming: ${formatCount(figures.batches)} batches`;
  };
  const look = async (batch: Batch, dataset: Dataset): Promise<void> => {
    const isDue = !stage.isBusy && performance.now() - shownAt >= SHOW_EVERY_MS;
    const isKept = keepPictures && pictures.length < MAX_SHEET_SAMPLES;
    if (!isDue && !isKept) return;
    const taken = await takePictures(batch, dataset);
    meter.countLabels(taken);
    if (isKept) pictures.push(...taken);
    if (!isDue) return;
    shownAt = performance.now();
    stage.add(taken);
  };
  const timer = setInterval(renew, PANEL_MS);
  status.textContent = "Opening …";
  hideProblem();
  try {
    await run(settings, signal, {
      opened(dataset, made) {
        loader = made;
        stage.reset(dataset.arrays.some(({ role }) => role === "target") ? dataset.classes : []);
        status.textContent = "Open; the first chunks are on their way …";
      },
      chosen: (name) => {
        adapter = name;
      },
      async batch(batch, dataset) {
        meter.count(batch);
        await look(batch, dataset);
      },
      ended: renew,
    });
    return { figures, pictures, error: null };
  } catch (error) {
    return { figures, pictures, error };
  } finally {
    clearInterval(timer);
    meter.stop();
  }
}

/** Starts as the form says, and shows how it ends. */
async function startFromForm(): Promise<void> {
  if (underWay !== null) return;
  underWay = new AbortController();
  const { signal } = underWay;
  startButton.disabled = true;
  stopButton.disabled = false;
  try {
    const { figures, error } = await start(readSettings(new FormData(form)), signal, false);
    const batches = `${formatCount(figures?.batches ?? 0)} batches`;
    if (error === null) status.textContent = `Done: ${batches}.`;
    else if (signal.aborted) status.textContent = `Stopped after ${batches}.`;
    else throw error;
  } catch (error) {
    status.textContent = "It failed.";
    showProblem(toProblem(error));
  } finally {
    underWay = null;
    startButton.disabled = false;
    stopButton.disabled = true;
  }
}

/** Runs once without anybody looking, and leaves figures and contact sheet behind. */
async function runHeadless(): Promise<DemoResult> {
  const settings = readSettings(new FormData(form));
  const limited = { ...settings, batches: settings.batches ?? HEADLESS_BATCHES };
  const { figures, pictures, error } = await start(limited, new AbortController().signal, true);
  if (error !== null) throw error;
  if (figures === null || pictures.length === 0) throw new Error("The run ended without a batch.");
  status.textContent = `Done: ${formatCount(figures.batches)} batches.`;
  return { done: true, figures, sheet: await drawContactSheet(pictures, stage.look) };
}

showUncaught();
showPresets(form, byId("presets", HTMLDivElement));
const query = new URLSearchParams(location.search);
fillForm(form, query);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void startFromForm();
});
stopButton.addEventListener("click", () => underWay?.abort());
if (query.has("headless")) {
  runHeadless()
    .catch((error: unknown): DemoResult => {
      const problem = toProblem(error);
      showProblem(problem);
      return { error: problem };
    })
    .then((result) => {
      window.__voxelfeedDemo = result;
    });
}
