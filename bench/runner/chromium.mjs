/**
 * A Chromium of our own as a plain child process: with DevTools attached, as test runners do, fetch was measured 1.5
 * times slower. It has a profile of its own, where IndexedDB and the private file system are real.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromiumFlags, ensureBrowser } from "../../scripts/browser.mjs";

const flags = [
  ...chromiumFlags,
  "--headless=new",
  // The HTTP/2 server's certificate is signed by itself.
  "--ignore-certificate-errors",
  // Without it the GPU process looks for other drivers for seconds, on the cores that are measured.
  "--use-angle=swiftshader",
  // A page that has its memory measured has its garbage collected at once, not when the browser finds time.
  "--enable-blink-features=ForceEagerMeasureMemory",
];

export class Chromium {
  #profile = mkdtempSync(join(tmpdir(), "voxelfeed-bench-profile-"));
  #process;

  /** @param {string} url The page it opens. */
  constructor(url) {
    const args = [...flags, `--user-data-dir=${this.#profile}`, url];
    // A process group of its own, so that closing ends its helpers too and nothing else.
    this.#process = spawn(ensureBrowser().path, args, { stdio: "ignore", detached: true });
    this.#process.on("error", (error) => console.error(`Chromium: ${error.message}`));
  }

  /**
   * What its processes take, where /proc tells; else null: resident memory of the renderers (shared pages count in
   * each), and processor time of all processes so far.
   */
  usage() {
    try {
      return groupUsage(this.#process.pid);
    } catch {
      return null;
    }
  }

  /**
   * MiB of its processes by their type (`renderer`, `gpu-process`, `utility`, `browser`), where /proc tells; else null.
   * What they share is divided among them, so that it counts once; files that are mapped, such as the program, are not
   * counted, since other browsers on the machine change their part of it.
   */
  memoryByType() {
    try {
      return groupMemory(this.#process.pid);
    } catch {
      return null;
    }
  }

  async close() {
    if (this.#process.pid !== undefined && this.#process.exitCode === null) {
      const exited = new Promise((done) => this.#process.once("exit", done));
      process.kill(-this.#process.pid, "SIGKILL");
      await exited;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** @returns {string} Such as `Chromium 156.0.7100.0`. */
export function chromiumVersion() {
  return spawnSync(ensureBrowser().path, ["--version"], { encoding: "utf8" }).stdout.trim();
}

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

function groupUsage(group) {
  let rendererKiB = 0;
  let cpuMs = 0;
  for (const { read, fields } of processesOf(group)) {
    cpuMs += TICK_MS * (Number(fields[11]) + Number(fields[12]));
    if (read("cmdline").includes("--type=renderer")) rendererKiB += kibibytes("VmRSS", read("status"));
  }
  return { rendererMiB: rendererKiB / 1024, cpuMs };
}

function groupMemory(group) {
  const mebibytes = {};
  for (const { read } of processesOf(group)) {
    const rollup = read("smaps_rollup");
    const pss = kibibytes("Pss_Anon", rollup) + kibibytes("Pss_Shmem", rollup);
    const type = /--type=([\w-]+)/.exec(read("cmdline"))?.[1] ?? "browser";
    mebibytes[type] = (mebibytes[type] ?? 0) + pss / 1024;
  }
  return mebibytes;
}

/** The processes of a group, each with its files in /proc; what is read of one that has just ended is empty. */
function processesOf(group) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const read = (file) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, "utf8");
        } catch {
          return "";
        }
      };
      // The fields after the command's closing parenthesis: state, parent, group, and the times as 12th and 13th.
      const stat = read("stat");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(fields[2]) === group ? [{ read, fields }] : [];
    });
}

function kibibytes(name, text) {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
}
