/**
 * What a suite is: plain data that says what is read, by whom, and what is measured.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {Partial<import("../pages/job.js").Settings> & {volume: string}} settings
 * @property {number} [latencyMs] Before each answer of the server. Default 0.
 * @property {"http1" | "http2"} [protocol] Default `http1`.
 * @property {boolean} [secondVisit] Time a second visit to the page, after one that filled the caches.
 * @property {string[]} [contenders] Instead of the suite's.
 * @property {string} [reference] Instead of the suite's.
 * @property {string} [comparedWith] The case that the same contender is compared with, instead of the reference.
 * @property {boolean} [verified] Instead of the suite's.
 * @property {number} [tolerance] Mean difference of the voxels that still counts as the same. Default 0.
 *
 * @typedef {object} Target
 * @property {string} case
 * @property {string} contender
 * @property {string} [against] Instead of the reference.
 * @property {number} [chunkRequests] At most so many requests for chunks, median over the rounds.
 * @property {number} [atLeast] Median over the rounds of how many times better than the reference.
 * @property {number} [atMost] Instead: median over the rounds of the figure itself.
 *
 * @typedef {object} Suite
 * @property {string} name As on the command line.
 * @property {string} title
 * @property {string} unit Of the value; those in `ms` and `MiB` are better when lower, all others when higher.
 * @property {string} measure See `bench/pages/measures/`.
 * @property {"value" | "grownMiB"} [figure] Of what is posted, what is compared. Default `value`.
 * @property {boolean} [freshBrowser] Start the browser anew for each job. Default false.
 * @property {string[]} contenders The first one draws the patches that all of them read.
 * @property {string} reference The contender that the others are compared with.
 * @property {Partial<import("../pages/job.js").Settings>} [quick] Settings of the quick form.
 * @property {boolean} [verified] Whether all contenders must return the same voxels. Default true.
 * @property {Case[]} cases
 * @property {Target[]} targets
 */
