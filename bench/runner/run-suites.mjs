/** Sets up what all suites share - page, browser, server - and runs them one after another. */
import { DataServer } from "../server/data-server.mjs";
import { buildPage } from "./bundle.mjs";
import { isPython, runPython } from "./python.mjs";
import { runSuite } from "./run-suite.mjs";
import { Session } from "./session.mjs";

/**
 * @param {readonly import("../suites/suite.mjs").Suite[]} suites
 * @param {{rounds: number, quick: boolean, log: (text: string) => void}} options
 * @returns {Promise<import("./summary.mjs").SuiteSummary[]>}
 */
export async function runSuites(suites, { rounds, quick, log }) {
  const page = await buildPage();
  const server = await new DataServer().start();
  const session = await new Session(page).start();
  // The browser is in a process group of its own, so that nobody else ends it when this process is interrupted.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => session.close().finally(() => process.exit(1)));
  }
  const ask = (job, options) => (isPython(job.contender) ? runPython(job) : session.run(job, options));
  try {
    const results = [];
    for (const suite of quick ? suites.map(quickened) : suites) {
      results.push(await runSuite(suite, { server, ask, rounds, log }));
    }
    return results;
  } finally {
    await session.close();
    await server.close();
  }
}

/** The same comparisons on fewer and smaller patches. */
function quickened(suite) {
  const cases = suite.cases.map((one) => ({ ...one, settings: { ...one.settings, ...suite.quick } }));
  return { ...suite, cases };
}
