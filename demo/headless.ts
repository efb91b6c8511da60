/** A run that nobody watches: it starts by itself and leaves figures and a contact sheet behind. */
import { drawContactSheet } from "./contact-sheet.js";
import type { Figures } from "./figures.js";
import { type Problem, showProblem, toProblem } from "./problem.js";
import type { Session } from "./session.js";
import type { Settings } from "./settings.js";

/** What is left behind for whoever opened the page with `?headless=1`. */
export type DemoResult =
  | { readonly done: true; readonly figures: Figures; readonly sheet: string }
  | { readonly error: Problem };

declare global {
  interface Window {
    __voxelfeedDemo?: DemoResult;
  }
}

const DEFAULT_BATCHES = 12;

/** Runs, and sets `window.__voxelfeedDemo` when all is over. */
export async function runHeadless(session: Session, read: () => Settings): Promise<void> {
  window.__voxelfeedDemo = await attempt(session, read).catch((error: unknown) => {
    const problem = toProblem(error);
    showProblem(problem);
    return { error: problem };
  });
}

async function attempt(session: Session, read: () => Settings): Promise<DemoResult> {
  await pageReady();
  const settings = read();
  const limited = { ...settings, batches: settings.batches ?? DEFAULT_BATCHES };
  const { figures, pictures, error } = await session.start(limited, new AbortController().signal, true);
  if (error !== null) throw error;
  if (figures === null || pictures.length === 0) throw new Error("The run ended without a batch.");
  session.say(`Done: ${figures.batches} batches.`);
  return { done: true, figures, sheet: await drawContactSheet(pictures, session.stage.look) };
}

/** Resolves when the page has loaded and was drawn: what that took is not loading of volumes. */
async function pageReady(): Promise<void> {
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done));
  await new Promise((done) => requestIdleCallback(done, { timeout: 1000 }));
}
