/** Gets a job, does it, posts what came of it, and leaves for a fresh page: nothing of one run reaches the next. */
import type { Job, Measurement } from "./job.js";
import { measures } from "./measures/index.js";

async function main(): Promise<void> {
  const job = (await (await fetch("/job", { cache: "no-store" })).json()) as Job;
  const post = async (result: Measurement | { readonly error: string }): Promise<void> => {
    await fetch("/result", { method: "POST", body: JSON.stringify({ id: job.id, ...result }) });
  };
  const fail = (error: unknown): Promise<void> =>
    post({ error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) });
  addEventListener("unhandledrejection", ({ reason }) => void fail(reason));
  addEventListener("error", ({ error, message }) => void fail(error ?? message));
  await measures[job.measure](job).then(post, fail);
  location.replace(`/index.html?after=${job.id}`);
}

void main();
