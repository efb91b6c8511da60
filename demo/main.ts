/** The page: the form starts and stops a session. */
import { defineMonitorElement } from "../src/monitor/index.js";
import { byId } from "./dom.js";
import { formatCount } from "./figures-panel.js";
import { fillForm, showPresets } from "./form.js";
import { runHeadless } from "./headless.js";
import { hideProblem, showProblem, showUncaught, toProblem } from "./problem.js";
import { Session } from "./session.js";
import { readSettings } from "./settings.js";

const form = byId("settings", HTMLFormElement);
const startButton = byId("start", HTMLButtonElement);
const stopButton = byId("stop", HTMLButtonElement);
const session = new Session();
let underWay: AbortController | null = null;

/** Starts as the form says, and shows how it ends. */
async function start(): Promise<void> {
  if (underWay !== null) return;
  underWay = new AbortController();
  const { signal } = underWay;
  startButton.disabled = true;
  stopButton.disabled = false;
  hideProblem();
  try {
    const { figures, error } = await session.start(readSettings(new FormData(form)), signal, false);
    const batches = `${formatCount(figures?.batches ?? 0)} batches`;
    if (error === null) session.say(`Done: ${batches}.`);
    else if (signal.aborted) session.say(`Stopped after ${batches}.`);
    else throw error;
  } catch (error) {
    session.say("It failed.");
    showProblem(toProblem(error));
  } finally {
    underWay = null;
    startButton.disabled = false;
    stopButton.disabled = true;
  }
}

showUncaught();
defineMonitorElement();
showPresets(form, byId("presets", HTMLDivElement));
const query = new URLSearchParams(location.search);
fillForm(form, query);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void start();
});
stopButton.addEventListener("click", () => underWay?.abort());
if (query.has("headless")) void runHeadless(session, () => readSettings(new FormData(form)));
