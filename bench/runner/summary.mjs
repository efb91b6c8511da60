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
 * @property {number | null} peakMiB Renderer processes.
 * @property {number | null} chunkRequests
 * @property {(object | null)[]} rounds
 *
 * @typedef {{name: string, latencyMs: number, protocol: string, settings: object, contenders: ContenderSummary[]}} CaseSummary
 * @typedef {{case: string, contender: string, atLeast: number, ratio: number | null, met: boolean}} TargetSummary
 * @typedef {{name: string, title: string, unit: string, against: string, cases: CaseSummary[], targets: TargetSummary[]}} SuiteSummary
 */

/**
 * @param {import("../suites/suite.mjs").Suite} suite
 * @param {import("./run-suite.mjs").Entry[]} entries
 * @returns {SuiteSummary}
 */
export function summarize(suite, entries) {
  const referenceOf = (entry) =>
    entries.find((other) =>
      suite.comparesCases
        ? other.case === suite.cases[0] && other.contender === entry.contender
        : other.case === entry.case && other.contender === suite.reference,
    );
  const cases = suite.cases.map((one) => ({
    name: one.name,
    latencyMs: one.latencyMs ?? 0,
    protocol: one.protocol ?? "http1",
    settings: one.settings,
    contenders: entries
      .filter((entry) => entry.case === one)
      .map((entry) => summarizeEntry(entry, referenceOf(entry), suite.unit)),
  }));
  const targets = suite.targets.map((target) => {
    const ofCase = cases.find(({ name }) => name === target.case);
    const ratio = ofCase?.contenders.find(({ name }) => name === target.contender)?.ratio ?? null;
    return { ...target, ratio, met: ratio !== null && ratio >= target.atLeast };
  });
  const against = suite.comparesCases ? suite.cases[0].name : suite.reference;
  return { name: suite.name, title: suite.title, unit: suite.unit, against, cases, targets };
}

function summarizeEntry(entry, reference, unit) {
  const values = entry.rounds.map((round) => round?.value ?? null);
  const ratios = roundRatios(values, reference?.rounds.map((round) => round?.value ?? null) ?? [], unit);
  return {
    name: entry.contender,
    failure: entry.failure,
    values,
    median: medianOf(values),
    ratios,
    ratio: medianOf(ratios),
    lagP99Ms: medianOf(entry.rounds.map((round) => round?.lag?.p99Ms)),
    idleLagP99Ms: medianOf(entry.rounds.map((round) => round?.idleLag?.p99Ms)),
    peakMiB: medianOf(entry.rounds.map((round) => round?.peakMiB)),
    chunkRequests: medianOf(entry.rounds.map((round) => round?.requests?.chunks)),
    rounds: entry.rounds,
  };
}

/** Of the values that are there; null where none is. */
function medianOf(values) {
  const there = values.filter((value) => value != null);
  return there.length === 0 ? null : median(there);
}
