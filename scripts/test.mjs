/**
 * Runs every check of the project, one stage after the other, and ends with one line: `N passed, N failed`.
 *
 * `npm test` runs all stages, `npm test -- unit browser` only those. A failing stage does not stop the next. The stage `bench`
 * compares speed with that of another machine, which tells something of the code on a machine of the same kind: it runs in
 * CI (`CI` is set), or when it is asked for.
 * With `REQUIRE_WEBGPU=1`, browser tests fail where they would be skipped for want of WebGPU.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBrowser } from "./browser.mjs";
import { countReport, formatCounts } from "./test-counts.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const reports = join(root, "test-results");
const limitMs = 23 * 60 * 1000;

/** @typedef {{name: string, command: string[], report?: string, needsBrowser?: boolean, inCiOnly?: boolean}} Stage */

/**
 * @param {string} name A project of vitest.config.ts.
 * @param {{needsBrowser?: boolean}} [extra]
 * @returns {Stage}
 */
function vitestStage(name, extra = {}) {
  const report = join(reports, `${name}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const vitest = "node_modules/vitest/vitest.mjs";
  return { name, report, command: [vitest, "run", "--project", name, ...reporters], ...extra };
}

/** @type {Stage[]} */
const allStages = [
  { name: "lint", command: ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."] },
  { name: "typecheck", command: ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "."] },
  vitestStage("unit"),
  vitestStage("faults"),
  vitestStage("browser", { needsBrowser: true }),
  vitestStage("package", { needsBrowser: true }),
  vitestStage("e2e", { needsBrowser: true }),
  { name: "bench", command: ["scripts/bench-check.mjs"], needsBrowser: true, inCiOnly: true },
];
/** The stage under way, so that the watchdog and signals can end it with all that it started. */
let running = null;

function killRunning() {
  if (running?.pid === undefined) return;
  try {
    // Each stage leads a process group of its own, with its workers and browsers in it.
    process.kill(-running.pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

/**
 * @param {string[]} command Arguments of node.
 * @returns {Promise<number>} The exit code; 1 for a process that was killed.
 */
function run(command) {
  return new Promise((resolve, reject) => {
    const { REQUIRE_WEBGPU = "" } = process.env;
    const env = { ...process.env, CI: "true", VITE_REQUIRE_WEBGPU: REQUIRE_WEBGPU };
    running = spawn(process.execPath, command, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env,
      detached: true,
    });
    running.once("error", reject);
    running.once("exit", (code) => resolve(code ?? 1));
  });
}

/**
 * @param {Stage} stage
 * @returns {Promise<import("./test-counts.mjs").Counts & {reason?: string}>}
 */
async function runStage({ command, report }) {
  if (report) rmSync(report, { force: true });
  const exitCode = await run(command);
  if (!report) return { passed: Number(exitCode === 0), failed: Number(exitCode !== 0), skipped: 0 };
  let counts;
  try {
    counts = countReport(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    return { passed: 0, failed: 1, skipped: 0, reason: `no report, exit code ${exitCode}` };
  }
  if (counts.failed > 0) return counts;
  if (exitCode !== 0) return { ...counts, failed: 1, reason: `exit code ${exitCode}` };
  if (counts.passed + counts.skipped === 0) return { ...counts, failed: 1, reason: "no tests" };
  return counts;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !allStages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  const names = allStages.map((stage) => stage.name).join(", ");
  console.error(`Unknown stage: ${unknown.join(", ")}. Stages are ${names}.`);
  process.exit(2);
}
const isInCi = Boolean(process.env.CI);
const stages = allStages.filter(({ name, inCiOnly }) =>
  wanted.length === 0 ? isInCi || inCiOnly !== true : wanted.includes(name),
);
if (stages.some((stage) => stage.needsBrowser)) ensureBrowser();
mkdirSync(reports, { recursive: true });

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.once(signal, () => {
    killRunning();
    process.exit(1);
  });
}
const startedAt = performance.now();
let isTimeUp = false;
const watchdog = setTimeout(() => {
  isTimeUp = true;
  killRunning();
}, limitMs);

const total = { passed: 0, failed: 0, skipped: 0 };
const summary = [];
for (const stage of stages) {
  console.log(`\n== ${stage.name}`);
  const stageStartedAt = performance.now();
  let result;
  if (isTimeUp) result = { passed: 0, failed: 1, skipped: 0, reason: "not started" };
  else result = await runStage(stage);
  if (isTimeUp) result.reason = `time limit of ${limitMs / 60_000} min; ${result.reason ?? "killed"}`;
  for (const key of ["passed", "failed", "skipped"]) total[key] += result[key];
  const seconds = ((performance.now() - stageStartedAt) / 1000).toFixed(1);
  const verdict = result.failed > 0 ? "FAILED" : "ok";
  const reason = result.reason ? ` (${result.reason})` : "";
  summary.push(
    `${verdict.padEnd(7)}${stage.name.padEnd(10)}${formatCounts(result)} in ${seconds} s${reason}`,
  );
}
clearTimeout(watchdog);

console.log(`\n${summary.join("\n")}`);
console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s in all`);
console.log(formatCounts(total));
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
