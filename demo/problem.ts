/** What went wrong, said in the page. */
import { type ErrorCode, isVoxelfeedError } from "../src/index.js";
import { byId, element } from "./dom.js";

export interface Problem {
  readonly code: ErrorCode | "unexpected";
  readonly message: string;
}

const advice: Partial<Record<Problem["code"], string>> = {
  "invalid-option": "Correct the field that the message names, and start again.",
  "unknown-option": "Correct the field that the message names, and start again.",
  "not-found":
    "Check the address: it must be that of an OME-Zarr image (a multiscale group), or of a datasplit.csv.",
  "not-zarr":
    "Check the address: it must be that of an OME-Zarr image (a multiscale group), or of a datasplit.csv.",
  "not-multiscale": "Go one level up or down in the address: the group with the list of scales is wanted.",
  "invalid-metadata": "The volume's metadata contradict themselves; whoever publishes it can correct them.",
  "select-required": "This image has channels or time points; this page shows images that have one.",
  "patch-too-large": "Enter a smaller patch or a smaller voxel size.",
  "no-overlap": "Image and labels lie in different places: check translations and units in their metadata.",
  "invalid-csv": "Check the table: usage, raw container, raw path, target container, target path.",
  "empty-split": "Choose the other split, or add rows to the table.",
  "class-not-found": "Check the class names in the table against the groups of the crop.",
  forbidden: "The server refuses: the volume may be private, or its address may need a signature.",
  http: "The server failed. Try again later.",
  network:
    "Check the connection and the address. The server must also allow other pages to read from it (CORS).",
  range: "The server does not serve parts of files, which sharded volumes need.",
  decode: "A chunk is damaged, or not what the metadata say it is.",
  worker: "Reload the page. If it comes back, try fewer workers.",
  gpu: "The GPU was lost or is out of memory. Try the CPU backend, or a smaller batch.",
  "no-webgpu": "This browser has no WebGPU. Choose the backend auto or CPU.",
  budget: "One batch needs more memory than the budget allows. Enter a smaller batch or patch.",
};

/** An error as plain text, with its code where it has one. */
export function toProblem(error: unknown): Problem {
  if (isVoxelfeedError(error)) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: "unexpected", message };
}

export function showProblem({ code, message }: Problem): void {
  const line = element("p", {}, element("code", {}, code), ` ${message}`);
  const todo = element(
    "p",
    { className: "advice" },
    advice[code] ?? "Reload the page, and report it if it stays.",
  );
  const box = byId("problem", HTMLElement);
  box.replaceChildren(line, todo);
  box.hidden = false;
}

export function hideProblem(): void {
  byId("problem", HTMLElement).hidden = true;
}

/** Errors that nobody caught are shown as well. */
export function showUncaught(): void {
  addEventListener("error", (event) => showProblem(toProblem(event.error ?? event.message)));
  addEventListener("unhandledrejection", (event) => showProblem(toProblem(event.reason)));
}
