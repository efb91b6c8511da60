/**
 * Finds the Chromium that the tests and the headless demo drive, and installs one where none is present.
 *
 * Run as a script it does the latter and prints the path: `node scripts/browser.mjs`.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";

/**
 * @typedef {object} Browser
 * @property {string} path Absolute path of the executable.
 * @property {"CHROME_PATH" | "system" | "playwright"} source Where it was found.
 */

/**
 * Command-line flags for a Chromium that has WebGPU without a graphics card, and talks to nobody.
 *
 * `--enable-unsafe-webgpu` is the one without which headless Chromium on Linux has no adapter;
 * `--use-webgpu-adapter=swiftshader` picks the software adapter, so that results are the same everywhere.
 *
 * @type {string[]}
 */
export const chromiumFlags = [
  // Chromium refuses to run as root, as in most containers, with its sandbox.
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  // /dev/shm is 64 MB in a container by default, less than one batch.
  "--disable-dev-shm-usage",
  // An invisible page is otherwise slowed down: timers to 1 Hz, and its renderer to the lowest priority.
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-extensions",
  "--disable-quic",
  "--disable-sync",
  "--no-default-browser-check",
  "--no-first-run",
  "--mute-audio",
];

const commandNames = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome"];

const usualPaths = [
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/opt/google/chrome/chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  join(homedir(), "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** @param {string | undefined} path */
function isExecutable(path) {
  if (!path) return false;
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && !isSnapStub(path);
  } catch {
    return false;
  }
}

/**
 * Ubuntu's `chromium-browser` package is a shell script that asks for `snap install chromium`.
 *
 * @param {string} path
 */
function isSnapStub(path) {
  const maxScriptBytes = 16 * 1024;
  if (statSync(path).size > maxScriptBytes) return false;
  const text = readFileSync(path, "latin1");
  return text.startsWith("#!") && text.includes("snap install");
}

/**
 * Looks for a browser: the `CHROME_PATH` variable, then the system's own, then Playwright's download.
 *
 * @returns {Browser | null}
 */
export function findBrowser() {
  const { CHROME_PATH, PATH = "" } = process.env;
  if (CHROME_PATH) {
    // A wrong path is reported, not passed over: whoever sets it wants this browser and no other.
    if (!isExecutable(CHROME_PATH)) throw new Error(`CHROME_PATH is not an executable file: ${CHROME_PATH}`);
    return { path: CHROME_PATH, source: "CHROME_PATH" };
  }
  const folders = PATH.split(delimiter).filter(Boolean);
  const onPath = commandNames.flatMap((name) => folders.map((folder) => join(folder, name)));
  const system = [...onPath, ...usualPaths].find(isExecutable);
  if (system) return { path: system, source: "system" };
  const downloaded = chromium.executablePath();
  return isExecutable(downloaded) ? { path: downloaded, source: "playwright" } : null;
}

/**
 * Runs a command with its output on stderr, so that a caller's stdout stays its own.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {boolean} Whether it exited with 0.
 */
function succeeds(command, args) {
  console.error(`$ ${command} ${args.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { stdio: ["ignore", 2, 2], env }).status === 0;
}

/** The words that go before a command that needs root, or `null` where root is out of reach. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0 ? ["sudo", "-n"] : null;
}

function installFromApt() {
  const hasApt = spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
  const prefix = rootPrefix();
  if (!hasApt || !prefix) return;
  const [update, ...updateArgs] = [...prefix, "apt-get", "update"];
  if (!succeeds(update, updateArgs)) return;
  // On Ubuntu the package only stands in for a snap: its version says so ("1:1snap1-0ubuntu2"), or it has none.
  const policy = spawnSync("apt-cache", ["policy", "chromium"], { encoding: "utf8" }).stdout ?? "";
  const candidate = /Candidate: (\S+)/.exec(policy)?.[1] ?? "(none)";
  if (candidate === "(none)" || candidate.includes("snap")) return;
  const [install, ...installArgs] = [
    ...prefix,
    "apt-get",
    "install",
    "-y",
    "--no-install-recommends",
    "chromium",
  ];
  succeeds(install, installArgs);
}

/**
 * Finds a browser, and installs one if there is none; ends the process with an instruction if that fails too.
 *
 * Installing needs apt (Debian, as root or with a password-less sudo), or Playwright's own download.
 *
 * @returns {Browser}
 */
export function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  console.error("No Chrome or Chromium found; installing one.");
  installFromApt();
  const installed = findBrowser();
  if (installed) return installed;
  succeeds("npx", ["--no-install", "playwright", "install", "--with-deps", "chromium"]);
  const downloaded = findBrowser();
  if (downloaded) return downloaded;
  console.error(
    "No browser could be installed. Install Chrome or Chromium (Debian: apt-get install chromium), " +
      "or set CHROME_PATH to an executable, and try again.",
  );
  process.exit(1);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(ensureBrowser().path);
}
