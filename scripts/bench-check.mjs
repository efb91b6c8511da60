/**
 * Fails when voxelfeed became slower beside the others, or asks for more chunks, than `bench/baseline.json` says.
 *
 * `npm run bench:check [-- --write]`: `--write` makes the baseline anew instead.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { findRegressions, guardedSuites, newBaseline } from "../bench/report/baseline.mjs";
import { shown } from "../bench/report/markdown.mjs";
import { runSuites } from "../bench/runner/run-suites.mjs";
import { suites } from "../bench/suites/index.mjs";

const { values: options } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const file = new URL("../bench/baseline.json", import.meta.url);
const baseline = JSON.parse(readFileSync(file, "utf8"));
const log = (text) => console.error(text);
const results = await runSuites(guardedSuites(suites, baseline), { rounds: 3, quick: true, log });

if (options.write) {
  writeFileSync(file, `${JSON.stringify(newBaseline(baseline, results), null, 2)}\n`);
  console.log("bench/baseline.json is written");
} else {
  for (const { name, cases } of results) {
    for (const { name: caseName, contenders } of cases) {
      for (const { name: contender, ratio } of contenders) {
        console.log(`${name} / ${caseName} / ${contender}: ${shown(ratio)}`);
      }
    }
  }
  const regressions = findRegressions(baseline, results);
  for (const sentence of regressions) console.error(sentence);
  process.exitCode = regressions.length === 0 ? 0 : 1;
}
