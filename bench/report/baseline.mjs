/**
 * The regression guard: ratios and request counts of a small run, compared with those of the committed baseline.
 *
 * Absolute times depend on the machine; ratios within a round and numbers of requests do not, or little.
 */

/**
 * @typedef {object} Guarded
 * @property {string} suite
 * @property {string} case
 * @property {string} contender
 * @property {number} ratio To the reference when the baseline was made; for people.
 * @property {number} atLeast A round below it counts as slower.
 * @property {number} atMostRequests For chunks; a round above it counts as slower.
 */

/** How much of the ratio must remain: rounds on a busy machine were seen to differ by a third. */
const REMAINING = 0.6;
/** How many more requests there may be: which batches share a chunk depends a little on timing. */
const MORE_REQUESTS = 1.15;

/**
 * The suites with only those cases, and the contenders that the guarded ones are compared with.
 *
 * @param {readonly import("../suites/suite.mjs").Suite[]} suites
 * @param {readonly Pick<Guarded, "suite" | "case" | "contender">[]} guarded
 * @returns {import("../suites/suite.mjs").Suite[]}
 */
export function guardedSuites(suites, guarded) {
  return suites.flatMap((suite) => {
    const ofSuite = guarded.filter((entry) => entry.suite === suite.name);
    if (ofSuite.length === 0) return [];
    const wanted = new Set(
      ofSuite.flatMap((entry) => {
        const one = suite.cases.find(({ name }) => name === entry.case);
        if (one === undefined) throw new Error(`The suite "${suite.name}" has no case "${entry.case}"`);
        return [one.name, one.comparedWith ?? one.name];
      }),
    );
    const cases = suite.cases.filter(({ name }) => wanted.has(name));
    const contenders = [...new Set([...ofSuite.map(({ contender }) => contender), suite.reference])];
    return [{ ...suite, cases: cases.map((one) => ({ ...one, contenders })), contenders, targets: [] }];
  });
}

/**
 * @param {readonly Pick<Guarded, "suite" | "case" | "contender">[]} guarded
 * @param {readonly import("../runner/summary.mjs").SuiteSummary[]} results
 * @returns {Guarded[]}
 */
export function newBaseline(guarded, results) {
  return guarded.map((entry) => {
    const { ratio, rounds, failure } = findContender(entry, results);
    if (ratio === null)
      throw new Error(`${nameOf(entry)} was not measured: ${failure ?? "no round has a ratio"}`);
    const requests = Math.max(...rounds.map((round) => round?.requests.chunks ?? 0));
    return {
      suite: entry.suite,
      case: entry.case,
      contender: entry.contender,
      ratio: Number(ratio.toPrecision(3)),
      atLeast: Number((ratio * REMAINING).toPrecision(3)),
      atMostRequests: Math.ceil(requests * MORE_REQUESTS),
    };
  });
}

/**
 * What became worse: every round must agree, as one that is slow may be the machine's fault.
 *
 * @param {readonly Guarded[]} baseline
 * @param {readonly import("../runner/summary.mjs").SuiteSummary[]} results
 * @returns {string[]} One sentence each; none where all is well.
 */
export function findRegressions(baseline, results) {
  return baseline.flatMap((entry) => {
    const { ratios, rounds, failure } = findContender(entry, results);
    if (failure !== null || ratios.length === 0) return [`${nameOf(entry)} was not measured: ${failure}`];
    const found = [];
    if (ratios.every((ratio) => ratio < entry.atLeast)) {
      const shown = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
      found.push(
        `${nameOf(entry)} is slower: ${shown} times the reference, at least ${entry.atLeast} expected`,
      );
    }
    const requests = rounds.map((round) => round?.requests.chunks ?? 0);
    if (requests.every((count) => count > entry.atMostRequests)) {
      found.push(
        `${nameOf(entry)} asks for more: ${requests.join(", ")} chunks, at most ${entry.atMostRequests}`,
      );
    }
    return found;
  });
}

function findContender({ suite, case: name, contender }, results) {
  const found = results
    .find((result) => result.name === suite)
    ?.cases.find((one) => one.name === name)
    ?.contenders.find((one) => one.name === contender);
  return found ?? { ratio: null, ratios: [], rounds: [], failure: "it was not run" };
}

function nameOf(entry) {
  return `${entry.suite} / ${entry.case} / ${entry.contender}`;
}
