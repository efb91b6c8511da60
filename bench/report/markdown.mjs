/** Results as Markdown: one table per suite, with the targets below it. */

/** @typedef {import("../runner/summary.mjs").SuiteSummary} SuiteSummary */

/**
 * @param {SuiteSummary} suite
 * @returns {string}
 */
export function suiteMarkdown(suite) {
  const header = [
    "case",
    "contender",
    suite.unit,
    "ratio",
    "by round",
    "chunk requests",
    "lag p99 (idle), ms",
    "memory, MiB",
    "processor, ms",
  ];
  const rows = suite.cases.flatMap(({ name, against, contenders }) =>
    contenders.map((contender, i) => [
      i === 0 ? `${name} (ratio to ${against})` : "",
      ...contenderCells(contender),
    ]),
  );
  const plot = `![${suite.title}](${suite.name}.svg)`;
  return [
    `## ${suite.name}: ${suite.title}`,
    "",
    table(header, rows),
    "",
    plot,
    "",
    ...targetLines(suite),
    "",
  ].join("\n");
}

/**
 * @param {{command: string, machine: Record<string, string | number>}} context
 * @param {SuiteSummary[]} suites
 */
export function reportMarkdown({ command, machine }, suites) {
  const facts = Object.entries(machine).map(([name, value]) => `| ${name} | ${value} |`);
  return [
    "# Benchmark results",
    "",
    `Made by \`${command}\`. Medians over the rounds; a ratio compares two contenders of the same round, and above 1 is better.`,
    "",
    "| machine | |",
    "|---|---|",
    ...facts,
    "",
    ...suites.map(suiteMarkdown),
  ].join("\n");
}

function contenderCells(contender) {
  const { name, failure, median, ratio, ratios, chunkRequests, lagP99Ms, idleLagP99Ms, grownMiB, cpuMs } =
    contender;
  if (median === null) return [name, failure === null ? "" : shortened(failure), "", "", "", "", "", ""];
  const lag = lagP99Ms === null ? "" : `${shown(lagP99Ms)} (${shown(idleLagP99Ms)})`;
  return [
    name,
    shown(median),
    shown(ratio),
    ratios.map(shown).join(" · "),
    shown(chunkRequests),
    lag,
    shown(grownMiB),
    shown(cpuMs),
  ];
}

function targetLines({ targets, unit }) {
  return targets.map(
    ({ case: name, contender, against, atLeast, atMost, ratio, median, chunkRequests, met }) => {
      const verdict = `- ${met ? "met" : "**missed**"}: ${name}, ${contender}`;
      const requests = chunkRequests === undefined ? "" : `, at most ${chunkRequests} chunk requests`;
      if (atMost !== undefined) {
        const figure =
          median === null ? "not measured" : `${shown(median)} ${unit}, at most ${shown(atMost)}`;
        return `${verdict}: ${figure}${requests}`;
      }
      const got = ratio === null ? "not measured" : `${shown(ratio)} ×, at least ${shown(atLeast)} ×`;
      return `${verdict} against ${against}: ${got}${requests}`;
    },
  );
}

/** Three digits are all that such figures are good for. */
export function shown(value) {
  if (value === null || value === undefined) return "";
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function shortened(text) {
  const line = text.split("\n")[0].replaceAll("|", "\\|");
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
