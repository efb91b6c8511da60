/** What a suite's rounds come to: medians, ratios, targets. */
import { median, roundRatios } from "./statistics.mjs";

/**
 * @typedef {object} ContenderSummary
 * @property {string} name
 * @property {string | null} failure
 * @property {(number | null)[]} values By round.
 * @property {number | null} median
 * @property {number[]} ratios How many times better than the reference, by round.
 * @property {number | null} ratio Their median.
 * @property {number | null} lagP99Ms Median over the rounds.
 * @property {number | null} idleLagP99Ms The same page, just before.
 * @property {number | null} grownMiB How much more memory the renderer processes had at their peak than before.
 * @property {number | null} cpuMs Processor time of the whole browser; it depends less on what else the machine does.
 * @property {number | null} chunkRequests
 * @property {(object | null)[]} rounds
 *
 * @typedef {{name: string, latencyMs: number, protocol: string, settings: object, against: string, contenders: ContenderSummary[]}} CaseSummary
 * @typedef {{case: string, contender: string, against: string, atLeast?: number, atMost?: number, chunkRequests?: number, ratio: number | null, median: number | null, met: boolean}} TargetSummary
 * @typedef {{name: string, title: string, unit: string, cases: CaseSummary[], targets: TargetSummary[]}} SuiteSummary
 */

/**
 * @param {import("../suites/suite.mjs").Suite} suite
 * @param {import("./run-suite.mjs").Entry[]} entries
 * @returns {SuiteSummary}
 */
export function summarize(suite, entries) {
  const find = (caseName, contender) =>
    entries.find((entry) => entry.case.name === caseName && entry.contender === contender);
  const cases = suite.cases.map((one) => ({
    name: one.name,
    latencyMs: one.latencyMs ?? 0,
    protocol: one.protocol ?? "http1",
    settings: one.settings,
    against: one.comparedWith ?? one.reference ?? suite.reference,
    contenders: entries
      .filter((entry) => entry.case === one)
      .map((entry) => {
        const { comparedWith, reference: ofCase = suite.reference } = one;
        const reference =
          comparedWith === undefined ? find(one.name, ofCase) : find(comparedWith, entry.contender);
        return summarizeEntry(suite, entry, reference);
      }),
  }));
  const targets = suite.targets.map((target) => {
    const entry = find(target.case, target.contender);
    const ofCase = cases.find(({ name }) => name === target.case);
    const {
      median: figure,
      ratio,
      chunkRequests,
    } = target.against === undefined
      ? ofCase.contenders.find(({ name }) => name === target.contender)
      : summarizeEntry(suite, entry, find(target.case, target.against));
    const asksTooMuch = target.chunkRequests !== undefined && !(chunkRequests <= target.chunkRequests);
    const against = target.against ?? ofCase.against;
    const { atLeast, atMost } = target;
    const isGood =
      atMost === undefined ? ratio !== null && ratio >= atLeast : figure !== null && figure <= atMost;
    return { ...target, against, ratio, median: figure, met: isGood && !asksTooMuch };
  });
  return { name: suite.name, title: suite.title, unit: suite.unit, cases, targets };
}

function summarizeEntry({ figure = "value", unit }, entry, reference) {
  const valuesOf = ({ rounds }) => rounds.map((round) => round?.[figure] ?? null);
  const values = valuesOf(entry);
  const ratios = reference === undefined ? [] : roundRatios(values, valuesOf(reference), unit);
  return {
    name: entry.contender,
    failure: entry.failure,
    values,
    median: medianOf(values),
    ratios,
    ratio: medianOf(ratios),
    lagP99Ms: medianOf(entry.rounds.map((round) => round?.lag?.p99Ms)),
    idleLagP99Ms: medianOf(entry.rounds.map((round) => round?.idleLag?.p99Ms)),
    grownMiB: medianOf(entry.rounds.map((round) => round?.grownMiB)),
    cpuMs: medianOf(entry.rounds.map((round) => round?.cpuMs)),
    chunkRequests: medianOf(entry.rounds.map((round) => round?.requests?.chunks)),
    rounds: entry.rounds,
  };
}

/** Of the values that are there; null where none is. */
function medianOf(values) {
  const there = values.filter((value) => value != null);
  return there.length === 0 ? null : median(there);
}
