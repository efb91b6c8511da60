/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * Counts the tests in a report of Vitest's `json` reporter.
 *
 * A file that could not be loaded has no tests of its own in the report; it counts as one failed test.
 *
 * @param {{testResults: {status: string, assertionResults: {status: string}[]}[]}} report
 * @returns {Counts}
 */
export function countReport(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of report.testResults) {
    for (const test of assertionResults) {
      // Whatever is neither passed nor failed was not run: "skipped", "pending", "todo", "disabled".
      if (test.status === "passed" || test.status === "failed") counts[test.status]++;
      else counts.skipped++;
    }
    const hasFailedTest = assertionResults.some((test) => test.status === "failed");
    if (status === "failed" && !hasFailedTest) counts.failed++;
  }
  return counts;
}

/**
 * The last line of a test run.
 *
 * @param {Counts} counts
 */
export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
}
