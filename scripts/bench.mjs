/**
 * The benchmarks: `npm run bench [-- SUITE ...] [--case TEXT] [--quick] [--rounds 3] [--out bench/results]`.
 *
 * Every suite runs voxelfeed beside what one would use instead, in the same rounds; what counts are the ratios.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reportMarkdown } from "../bench/report/markdown.mjs";
import { suitePlot } from "../bench/report/plot.mjs";
import { describeMachine } from "../bench/runner/machine.mjs";
import { runSuites } from "../bench/runner/run-suites.mjs";
import { suites } from "../bench/suites/index.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    out: { type: "string", default: "bench/results" },
  },
});
const known = suites.map(({ name }) => name);
const unknown = positionals.find((name) => !known.includes(name));
const rounds = Number(options.rounds);
if (unknown !== undefined || !Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(
    unknown === undefined ? "--rounds must be a whole number from 1 on" : `No suite "${unknown}"`,
  );
  console.error(`Suites: ${known.join(", ")}`);
  process.exit(1);
}

/** The cases whose names hold the text of `--case`, and those they are compared with. */
function withCases(suite) {
  const named = suite.cases.filter(({ name }) => name.includes(options.case));
  const names = new Set(named.flatMap(({ name, comparedWith }) => [name, comparedWith]));
  const cases = suite.cases.filter(({ name }) => names.has(name));
  return { ...suite, cases, targets: suite.targets.filter((target) => names.has(target.case)) };
}

const command = ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(
  " ",
);
const machine = describeMachine();
const chosen = positionals.length === 0 ? suites : suites.filter(({ name }) => positionals.includes(name));
const results = await runSuites(chosen.map(withCases), {
  rounds,
  quick: options.quick,
  log: (text) => console.error(text),
});

mkdirSync(options.out, { recursive: true });
for (const suite of results) {
  writeFileSync(
    join(options.out, `${suite.name}.json`),
    `${JSON.stringify({ command, machine, ...suite }, null, 1)}\n`,
  );
  writeFileSync(join(options.out, `${suite.name}.svg`), suitePlot(suite));
}
const markdown = reportMarkdown({ command, machine }, results);
writeFileSync(join(options.out, "results.md"), markdown);
console.log(markdown);
