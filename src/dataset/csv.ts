/** The datasplit.csv of cellmap-data: one crop per row. */
import { VoxelfeedError } from "../errors.js";

export interface SplitRow {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly usage: "train" | "validation";
  /** Raw image: container and path joined, as written (relative or absolute). */
  readonly raw: string;
  /** Crop with its classes in brackets, as written. */
  readonly target: string;
}

/**
 * Reads the five-column form `usage, raw container, raw path, target container, target path` and the three-column
 * form `usage, raw, target`. Fields may be quoted; `#` starts a comment line; `validate`, `validation` and `val`
 * are the same.
 *
 * @throws VoxelfeedError `invalid-csv` naming the line
 */
export function parseSplitCsv(csv: string): SplitRow[] {
  const rows: SplitRow[] = [];
  for (const [i, text] of csv
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = i + 1;
    if (text.trim() === "" || text.trimStart().startsWith("#")) continue;
    const fields = splitFields(text, line);
    const [usage = "", ...rest] = fields;
    if (rest.length !== 2 && rest.length !== 4) {
      throw csvError(
        line,
        `expected 5 columns (usage, raw container, raw path, target container, target path) or 3 (usage, raw, target), got ${fields.length}`,
      );
    }
    const [raw, target] = rest.length === 2 ? rest : [join(rest[0]!, rest[1]!), join(rest[2]!, rest[3]!)];
    rows.push({ line, usage: readUsage(usage, line), raw: raw!, target: target! });
  }
  return rows;
}

function readUsage(usage: string, line: number): SplitRow["usage"] {
  const word = usage.toLowerCase();
  if (word === "train") return "train";
  if (word === "validate" || word === "validation" || word === "val") return "validation";
  throw csvError(line, `the first column must be "train" or "validate", got "${usage}"`);
}

function join(container: string, path: string): string {
  return path === "" ? container : `${container.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
}

/** Commas separate fields, but not inside quotes or inside square brackets. */
function splitFields(text: string, line: number): string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
      continue;
    }
    if (char === '"') quoted = true;
    else if (char === "," && depth === 0) {
      fields.push(field.trim());
      field = "";
    } else {
      if (char === "[") depth++;
      if (char === "]") depth--;
      field += char;
    }
  }
  if (quoted) throw csvError(line, "a quote is not closed");
  if (depth !== 0) throw csvError(line, "a square bracket is not closed");
  return [...fields, field.trim()];
}

function csvError(line: number, what: string): VoxelfeedError {
  return new VoxelfeedError("invalid-csv", `Line ${line} of the datasplit: ${what}.`);
}
