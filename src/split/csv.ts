/** The datasplit.csv of cellmap-data: one crop per line. */
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import type { SplitUsage } from "./row.js";

export interface CsvRow {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly usage: SplitUsage;
  /** Raw image: container and path joined, as written (relative or absolute). */
  readonly raw: string;
  /** Crop with its classes in brackets, as written; null where there is only raw. */
  readonly target: string | null;
}

/**
 * Reads the five-column form `usage, raw container, raw path, target container, target path` and the three-column
 * form `usage, raw, target`. Fields may be quoted; `#` starts a comment line; `validate`, `validation` and `val`
 * are the same. An empty target (`train,raw.zarr,em,,` or `train,raw.zarr/em,`) is a crop without annotation.
 *
 * @param onBadLine given the error of each line that cannot be read, which is then left out; without it the
 * first one is thrown
 * @throws VoxelfeedError `invalid-csv`, its `row` the line
 */
export function parseSplitCsv(csv: string, onBadLine?: (error: VoxelfeedError) => void): CsvRow[] {
  const lines = csv.replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.flatMap((text, i) => {
    if (text.trim() === "" || text.trimStart().startsWith("#")) return [];
    try {
      return [readLine(text, i + 1)];
    } catch (error) {
      if (onBadLine === undefined || !isVoxelfeedError(error)) throw error;
      onBadLine(error);
      return [];
    }
  });
}

/** Whether a word is a usage, and which. */
export function usageOf(word: string): SplitUsage | undefined {
  const name = word.toLowerCase();
  if (name === "train") return "train";
  return ["validate", "validation", "val"].includes(name) ? "validation" : undefined;
}

function readLine(text: string, line: number): CsvRow {
  const fields = splitFields(text, line);
  const [word = "", ...rest] = fields;
  if (rest.length !== 2 && rest.length !== 4) {
    throw csvError(
      line,
      `expected 5 columns (usage, raw container, raw path, target container, target path) or 3 (usage, raw, target), got ${fields.length}`,
    );
  }
  const usage = usageOf(word);
  if (usage === undefined)
    throw csvError(line, `the first column must be "train" or "validate", got "${word}"`);
  const [raw, target] = rest.length === 2 ? rest : [join(rest[0]!, rest[1]!), join(rest[2]!, rest[3]!)];
  if (raw === "") throw csvError(line, "it names no raw image");
  return { line, usage, raw: raw!, target: target === "" ? null : target! };
}

function join(container: string, path: string): string {
  if (container === "" || path === "") return container + path;
  return `${container.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
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
  return new VoxelfeedError("invalid-csv", `Line ${line} of the datasplit: ${what}.`, { row: line });
}
