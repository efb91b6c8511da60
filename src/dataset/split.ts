/** Many crops, named by a table, as one training and one validation dataset. */
import { VoxelfeedError } from "../errors.js";
import { checkKeys, invalid } from "../options.js";
import { openStore } from "../zarr/store.js";
import { classNotFound, parseTarget } from "./classes.js";
import { type CombinedDataset, combineDatasets } from "./combined.js";
import { parseSplitCsv } from "./csv.js";
import { type DatasetSpec, datasetOptionNames, openDataset } from "./open.js";

/** One crop: where its raw image and its classes are. */
export interface SplitPair {
  readonly split: "train" | "validation";
  readonly raw: string;
  /** `".../crop1/[membrane,neurite]"`. */
  readonly target: string;
}

export interface DataSplitSpec extends Omit<DatasetSpec, "raw" | "target" | "targets" | "missingClasses"> {
  /** The text of a datasplit.csv (see {@link parseSplitCsv}), or its URL. */
  readonly csv?: string | URL;
  /** Instead of `csv`. */
  readonly pairs?: readonly SplitPair[];
  /** What relative paths are relative to. Default: the CSV's URL, else the page. */
  readonly baseUrl?: string | URL;
}

/** A part without a crop is null. */
export interface DataSplit {
  readonly train: CombinedDataset | null;
  readonly validation: CombinedDataset | null;
  readonly classes: readonly string[];
}

/**
 * Opens every crop of a datasplit. A class that a crop does not name is unknown there (mask 0); a class that no
 * crop names is an error.
 *
 * @throws VoxelfeedError `invalid-csv`, `empty-split`, `class-not-found` and what {@link openDataset} throws,
 * with the row in the message
 */
export async function openDataSplit(spec: DataSplitSpec): Promise<DataSplit> {
  checkKeys(spec, [...datasetOptionNames, "csv", "pairs", "baseUrl"], "the openDataSplit options");
  const { csv, pairs: given, baseUrl, classes: wanted, ...shared } = spec;
  const { pairs, base } =
    given === undefined ? await readCsv(csv, baseUrl, spec.signal) : { pairs: given, base: baseUrl };
  if (pairs.length === 0) {
    throw new VoxelfeedError(
      "empty-split",
      "The datasplit names no crop: it has no row that is not a comment.",
    );
  }
  const named = new Set(pairs.flatMap(({ target }) => parseTarget(target).classes ?? []));
  const classes = wanted ?? [...named];
  const open = pairs.every(({ target }) => parseTarget(target).classes !== null);
  const missing = open ? classes.filter((name) => !named.has(name)) : [];
  if (missing.length > 0)
    throw classNotFound(missing, [...named], String(csv instanceof URL ? csv : "the datasplit"));

  const datasets = await Promise.all(
    pairs.map(async ({ split, raw, target }, row) => {
      const crop = { raw: resolveUrl(raw, base), target: resolveUrl(target, base) };
      try {
        const dataset = await openDataset({ ...shared, ...crop, classes, missingClasses: "unknown" });
        return { split, dataset };
      } catch (error) {
        if (error instanceof VoxelfeedError) error.message = `Crop ${row + 1} (${target}): ${error.message}`;
        throw error;
      }
    }),
  );
  const part = (name: SplitPair["split"]): CombinedDataset | null => {
    const list = datasets.filter(({ split }) => split === name).map(({ dataset }) => dataset);
    return list.length === 0 ? null : combineDatasets(list);
  };
  return { train: part("train"), validation: part("validation"), classes };
}

async function readCsv(csv: DataSplitSpec["csv"], baseUrl: DataSplitSpec["baseUrl"], signal?: AbortSignal) {
  if (csv === undefined) throw invalid("csv", "the text or URL of a datasplit.csv (or pass pairs)", csv);
  // One line without a comma can only be a URL.
  const isText = typeof csv === "string" && /[\n,]/.test(csv);
  if (isText) return { pairs: toPairs(csv), base: baseUrl };
  const url = new URL(csv, globalThis.location?.href);
  const name = url.pathname.split("/").at(-1)!;
  const bytes = await openStore(new URL(`.${url.search}`, url)).get(name, { signal });
  if (bytes === undefined)
    throw new VoxelfeedError("not-found", "There is no datasplit at this URL.", { url: url.href });
  const text = new TextDecoder().decode(bytes);
  if (/^\s*</.test(text)) {
    throw new VoxelfeedError("invalid-csv", "Expected a datasplit.csv, but an HTML page came.", {
      url: url.href,
    });
  }
  return { pairs: toPairs(text), base: baseUrl ?? url };
}

function toPairs(csv: string): SplitPair[] {
  return parseSplitCsv(csv).map(({ usage, raw, target }) => ({ split: usage, raw, target }));
}

/** Brackets and commas of the class list stay as they are, which the URL parser would keep in a path anyway. */
function resolveUrl(path: string, base: string | URL | undefined): string {
  const root = base === undefined ? globalThis.location?.href : new URL(base, globalThis.location?.href).href;
  try {
    return new URL(path, root).href.replaceAll("%5B", "[").replaceAll("%5D", "]");
  } catch {
    throw invalid("baseUrl", `a URL that "${path}" can be resolved against`, base);
  }
}
