/** Results as bar charts in SVG: one group of bars per case, with the rounds as ticks on each bar. */
import { shown } from "./markdown.mjs";

/** Colours that people with any kind of colour vision tell apart. Source: Okabe and Ito, https://jfly.uni-koeln.de/color/ */
const colours = ["#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#cc79a7", "#009e73"];
const width = 720;
const labelWidth = 250;
const barHeight = 16;
const groupGap = 26;
const top = 44;

/**
 * @param {import("../runner/summary.mjs").SuiteSummary} suite
 * @returns {string}
 */
export function suitePlot({ title, unit, cases }) {
  const bars = cases.flatMap(({ contenders }) => contenders.flatMap(({ values }) => values));
  const most = Math.max(...bars.filter((value) => value !== null), Number.MIN_VALUE);
  const names = [...new Set(cases.flatMap(({ contenders }) => contenders.map(({ name }) => name)))];
  const parts = [];
  let y = top;
  for (const { name, contenders } of cases) {
    parts.push(text(8, y, name, 'font-weight="bold"'));
    y += 8;
    for (const contender of contenders) {
      parts.push(bar(contender, y, most, colours[names.indexOf(contender.name) % colours.length], unit));
      y += barHeight + 3;
    }
    y += groupGap;
  }
  const heading = text(8, 20, `${title} (${unit})`, 'font-size="15"');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" `,
    `font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="100%" height="100%" fill="#fff"/>${heading}${parts.join("")}</svg>\n`,
  ].join("");
}

function bar({ name, values, median }, y, most, colour, unit) {
  const label = text(24, y + barHeight - 4, name);
  if (median === null) return label + text(labelWidth, y + barHeight - 4, "not measured", 'fill="#888"');
  const room = width - labelWidth - 130;
  const lengthOf = (value) => (value / most) * room;
  const ticks = values
    .filter((value) => value !== null)
    .map((value) => rect(labelWidth + lengthOf(value) - 1, y, 2, barHeight, "#222"));
  const body = rect(labelWidth, y, lengthOf(median), barHeight, colour);
  return `${label}${body}${ticks.join("")}${text(labelWidth + lengthOf(Math.max(...values)) + 8, y + barHeight - 4, `${shown(median)} ${unit}`)}`;
}

function rect(x, y, w, h, fill) {
  return `<rect x="${x.toFixed(1)}" y="${y}" width="${w.toFixed(1)}" height="${h}" fill="${fill}"/>`;
}

function text(x, y, content, attributes = "") {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y}"${attributes === "" ? "" : ` ${attributes}`}>${escaped}</text>`;
}
