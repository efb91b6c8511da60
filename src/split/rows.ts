/** The rows of a split, from whichever form they were given in, with absolute URLs. */
import { parseTarget } from "../dataset/target.js";
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import { checkKeys, invalid } from "../options.js";
import type { HttpOptions } from "../zarr/access.js";
import { openSource } from "../zarr/store.js";
import { messageUrl, sourceUrl } from "../zarr/url.js";
import { parseSplitCsv, usageOf } from "./csv.js";
import type { LeftOutRow, SplitRow, SplitUsage } from "./row.js";

/** One crop: where its raw image and its classes are. */
export interface SplitPair {
  /** `"validate"` and `"val"`, as cellmap-data writes them, mean `"validation"`. */
  readonly split: SplitUsage | "validate" | "val";
  readonly raw: string | URL;
  /** `".../crop1/[membrane,neurite]"`. Default: raw only. */
  readonly target?: string | URL | null;
}

/** An entry of a {@link DatasetDict}; `gt` is cellmap-data's name of `target`. */
export interface DatasetDictEntry {
  readonly raw: string | URL;
  readonly target?: string | URL | null;
  readonly gt?: string | URL | null;
}

/** cellmap-data's `dataset_dict`: crops by usage. */
export type DatasetDict = Readonly<
  Partial<Record<"train" | "validate" | "validation" | "val", readonly DatasetDictEntry[]>>
>;

/** What relative paths are relative to. */
export type BaseUrl = string | URL | { readonly raw?: string | URL; readonly target?: string | URL };

/** Where the rows of a split come from: exactly one of the first three. */
export interface RowSource {
  /** The text of a datasplit.csv (see {@link parseSplitCsv}), or its URL. */
  readonly csv?: string | URL;
  readonly pairs?: readonly SplitPair[];
  readonly datasetDict?: DatasetDict;
  /** Default: the CSV's URL, else the page. Raw images and targets may have bases of their own. */
  readonly baseUrl?: BaseUrl;
}

type WrittenRow = Omit<SplitRow, "raw" | "target" | "classes"> & {
  readonly raw: string | URL;
  readonly target: string | URL | null;
};

/**
 * Reads the rows; those that cannot be read are left out when `skip` is set.
 *
 * @throws VoxelfeedError `invalid-option`, `unknown-option` with the path; `invalid-csv` and `invalid-option` with
 * the row unless `skip`; what fetching the CSV throws
 */
export async function readRows(
  source: RowSource,
  skip: boolean,
  http?: HttpOptions,
  signal?: AbortSignal,
): Promise<{ readonly rows: readonly SplitRow[]; readonly unreadable: readonly LeftOutRow[] }> {
  const { csv, pairs, datasetDict, baseUrl } = source;
  const given = Object.entries({ csv, pairs, datasetDict }).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    const names = given.map(([name]) => name);
    throw invalid("the openDataSplit options", "given exactly one of csv, pairs and datasetDict", names);
  }
  const unreadable: LeftOutRow[] = [];
  const leaveOut = (row: Omit<LeftOutRow, "error">, error: unknown): void => {
    if (!skip || !isVoxelfeedError(error)) throw error;
    unreadable.push({ ...row, error });
  };
  const { written, base } =
    csv === undefined
      ? { written: pairs !== undefined ? fromPairs(pairs) : fromDict(datasetDict!), base: baseUrl }
      : await fromCsv(csv, leaveOut, http, signal);
  const bases = basesOf(baseUrl ?? base);
  const rows = written.flatMap((row) => {
    try {
      return [resolveRow(row, bases)];
    } catch (error) {
      leaveOut({ ...row, raw: String(row.raw), target: row.target && String(row.target) }, error);
      return [];
    }
  });
  return { rows, unreadable };
}

function fromPairs(pairs: readonly SplitPair[]): WrittenRow[] {
  if (!Array.isArray(pairs)) throw invalid("pairs", "a list of { split, raw, target }", pairs);
  return pairs.map((pair: SplitPair, i) => {
    const where = `pairs[${i}]`;
    checkKeys(pair, ["split", "raw", "target"], where);
    const usage = usageOf(String(pair.split));
    if (usage === undefined) throw invalid(`${where}.split`, '"train" or "validation"', pair.split);
    return { row: i + 1, where, usage, ...places(pair.raw, pair.target, where, "target") };
  });
}

function fromDict(dict: DatasetDict): WrittenRow[] {
  checkKeys(dict, ["train", "validate", "validation", "val"], "datasetDict");
  return Object.entries(dict).flatMap(([name, entries]) => {
    if (!Array.isArray(entries))
      throw invalid(`datasetDict.${name}`, "a list of { raw, gt } or { raw, target }", entries);
    return entries.map((entry: DatasetDictEntry, i) => {
      const where = `datasetDict.${name}[${i}]`;
      checkKeys(entry, ["raw", "target", "gt"], where);
      if (entry.target !== undefined && entry.gt !== undefined)
        throw invalid(`${where}.gt`, "left out when target is given: both name the same", entry.gt);
      const key = entry.gt === undefined ? "target" : "gt";
      return { row: i + 1, where, usage: usageOf(name)!, ...places(entry.raw, entry[key], where, key) };
    });
  });
}

function places(raw: unknown, target: unknown, where: string, targetKey: string) {
  if (!isPlace(raw) || raw === "") throw invalid(`${where}.raw`, "the URL of an image", raw);
  if (target === undefined || target === null || target === "") return { raw, target: null };
  if (!isPlace(target)) throw invalid(`${where}.${targetKey}`, "the URL of a crop, or null", target);
  return { raw, target };
}

function isPlace(value: unknown): value is string | URL {
  return typeof value === "string" || value instanceof URL;
}

async function fromCsv(
  csv: string | URL,
  leaveOut: (row: Omit<LeftOutRow, "error">, error: VoxelfeedError) => void,
  http: HttpOptions | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly written: WrittenRow[]; readonly base: URL | undefined }> {
  const { text, url } = await readCsvText(csv, http, signal);
  const rows = parseSplitCsv(text, (error) =>
    leaveOut({ row: error.row!, where: `line ${error.row}`, usage: null }, error),
  );
  return {
    written: rows.map(({ line, ...row }) => ({ row: line, where: `line ${line}`, ...row })),
    base: url,
  };
}

async function readCsvText(
  csv: string | URL,
  http: HttpOptions | undefined,
  signal: AbortSignal | undefined,
) {
  if (!isPlace(csv)) throw invalid("csv", "the text or URL of a datasplit.csv", csv);
  // One line without a comma can only be a URL.
  if (typeof csv === "string" && (csv.trim() === "" || /[\n,]/.test(csv)))
    return { text: csv, url: undefined };
  const url = new URL(resolveUrl(csv, undefined, "csv"));
  const name = url.pathname.split("/").at(-1)!;
  const bytes = await openSource(new URL(`.${url.search}`, url), http).get(name, {
    signal,
    isDocument: true,
  });
  if (bytes === undefined) {
    throw new VoxelfeedError("not-found", "There is no datasplit at this URL.", {
      url: messageUrl(url.href),
    });
  }
  const text = new TextDecoder().decode(bytes);
  if (/^\s*</.test(text)) {
    throw new VoxelfeedError("invalid-csv", "Expected a datasplit.csv, but an HTML page came.", {
      url: messageUrl(url.href),
    });
  }
  return { text, url };
}

interface Bases {
  readonly raw?: string | URL;
  readonly target?: string | URL;
}

function basesOf(baseUrl: BaseUrl | undefined): Bases {
  if (baseUrl === undefined || isPlace(baseUrl)) return { raw: baseUrl, target: baseUrl };
  checkKeys(baseUrl, ["raw", "target"], "baseUrl");
  return baseUrl;
}

function resolveRow(written: WrittenRow, bases: Bases): SplitRow {
  const { row, where } = written;
  try {
    const raw = sourceUrl(resolveUrl(written.raw, bases.raw, "baseUrl"));
    if (written.target === null) return { ...written, raw, target: null, classes: null };
    const target = resolveUrl(written.target, bases.target, "baseUrl");
    const { root, classes } = parseTarget(target);
    sourceUrl(root);
    return { ...written, raw, target, classes };
  } catch (error) {
    if (!isVoxelfeedError(error)) throw error;
    const { code, message, path, url } = error;
    throw Object.assign(new VoxelfeedError(code, `${where}: ${message}`, { path, row, cause: error }), {
      url,
    });
  }
}

/** Brackets of the class list stay as they are; commas the URL parser keeps in a path anyway. */
function resolveUrl(place: string | URL, base: string | URL | undefined, path: string): string {
  const page = globalThis.location?.href;
  try {
    const root = base === undefined ? page : new URL(base, page).href;
    return new URL(place, root).href.replaceAll("%5B", "[").replaceAll("%5D", "]");
  } catch {
    throw invalid(path, `a URL that "${place}" can be resolved against`, base ?? null);
  }
}
