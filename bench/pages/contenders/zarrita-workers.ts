/** `zarrita.get` in as many workers as voxelfeed has, each with two patches under way, across batches. */
import type { Job } from "../job.js";
import type { Reader } from "./reader.js";
import { patchStarts } from "./windows.js";

const UNDER_WAY = 2;

export async function openZarritaWorkers(job: Job): Promise<Reader> {
  const starts = patchStarts(job);
  const count = Math.min(4, navigator.hardwareConcurrency);
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL("./zarrita.worker.ts", import.meta.url), { type: "module" }),
  );
  await Promise.all(
    workers.map((worker) => ask(worker, { url: job.url, settings: job.settings }, () => true)),
  );
  return {
    async read(take) {
      const patches: Promise<Float32Array>[] = starts.map(() => Promise.resolve(new Float32Array(0)));
      let next = 0;
      const lane = async (worker: Worker): Promise<void> => {
        while (next < starts.length) {
          const call = next++;
          patches[call] = askPatch(worker, { call, start: starts[call] });
          await patches[call];
        }
      };
      await Promise.all(workers.flatMap((worker) => Array.from({ length: UNDER_WAY }, () => lane(worker))));
      if (take !== undefined) for (const patch of patches) take(await patch);
    },
    close() {
      for (const worker of workers) worker.terminate();
    },
  };
}

async function askPatch(worker: Worker, request: { call: number; start: unknown }): Promise<Float32Array> {
  const reply = await ask(worker, request, (data) => data.call === request.call);
  return reply.voxels!;
}

interface Reply {
  readonly call?: number;
  readonly voxels?: Float32Array;
}

function ask(worker: Worker, message: unknown, isAnswer: (data: Reply) => boolean): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const listen = ({ data }: MessageEvent<Reply>): void => {
      if (!isAnswer(data)) return;
      worker.removeEventListener("message", listen);
      resolve(data);
    };
    worker.addEventListener("message", listen);
    worker.addEventListener("error", ({ message: text }) => reject(new Error(text)), { once: true });
    worker.postMessage(message);
  });
}
