/** Contenders that are Python programs: the job goes in on stdin, what was measured comes out as JSON. */
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const scripts = { "tensorstore-torch": fileURLToPath(new URL("../python/transforms.py", import.meta.url)) };
/** Another interpreter than the system's, such as that of a virtual environment. */
const python = process.env.BENCH_PYTHON ?? "python3";

/** @param {string} contender */
export function isPython(contender) {
  return contender in scripts;
}

/**
 * @param {import("../pages/job.js").Job} job
 * @returns {Promise<import("../pages/job.js").Measurement>}
 * @throws Where Python, tensorstore or torch is missing, or the program fails.
 */
export async function runPython(job) {
  const found = spawnSync(python, ["-c", "import tensorstore, torch"], { stdio: "ignore" });
  if (found.status !== 0)
    throw new Error(`${python} has no tensorstore and torch (BENCH_PYTHON names another one)`);
  const program = spawn(python, [scripts[job.contender]], { stdio: ["pipe", "pipe", "inherit"] });
  // The pool of voxelfeed has at most four workers.
  program.stdin.end(JSON.stringify({ ...job, threads: Math.min(4, availableParallelism()) }));
  const exited = new Promise((done) => program.once("exit", done));
  const parts = [];
  for await (const part of program.stdout) parts.push(part);
  const status = await exited;
  if (status !== 0) throw new Error(`${python} ended with status ${status}`);
  return JSON.parse(Buffer.concat(parts).toString());
}
