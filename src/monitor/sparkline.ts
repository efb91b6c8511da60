/** A line of the latest values, as SVG. */

const width = 100;
const height = 28;

/**
 * The outline of the values from left to right, the latest at the right edge, and the area below it.
 *
 * @param values the latest last; @param length how many fill the width; @param top value at the upper edge
 */
export function sparkPaths(
  values: readonly number[],
  length: number,
  top: number,
): { readonly line: string; readonly area: string } {
  if (values.length === 0) return { line: "", area: "" };
  const step = width / (length - 1);
  const first = width - (values.length - 1) * step;
  const points = values.map((value, i) => {
    const y = height - 1 - (Math.min(Math.max(value / top, 0), 1) || 0) * (height - 2);
    return `${(first + i * step).toFixed(1)},${y.toFixed(1)}`;
  });
  const line = `M${points.join("L")}`;
  return { line, area: `${line}L${width},${height}L${first.toFixed(1)},${height}Z` };
}

/** Keeps the latest values of one figure and draws them. */
export class Sparkline {
  readonly element: SVGSVGElement;
  readonly #line: SVGPathElement;
  readonly #area: SVGPathElement;
  readonly #values: number[] = [];
  readonly #length: number;
  readonly #least: number;

  /**
   * @param length how many values are shown
   * @param least the upper edge is no lower than this
   */
  constructor(length: number, least: number) {
    this.#length = length;
    this.#least = least;
    this.element = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" });
    this.#area = svg("path", { class: "area" });
    this.#line = svg("path", { class: "line" });
    this.element.append(this.#area, this.#line);
  }

  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > this.#length) this.#values.shift();
    const top = Math.max(this.#least, ...this.#values) * 1.08;
    const { line, area } = sparkPaths(this.#values, this.#length, top);
    this.#line.setAttribute("d", line);
    this.#area.setAttribute("d", area);
  }

  clear(): void {
    this.#values.length = 0;
    this.#line.setAttribute("d", "");
    this.#area.setAttribute("d", "");
  }
}

function svg<Name extends "svg" | "path">(
  name: Name,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[Name] {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  return node;
}
