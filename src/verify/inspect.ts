/** What `verify` does. */
import { linkedController } from "../abort.js";
import { Budget } from "../cache/budget.js";
import type { CropParts, Dataset } from "../dataset/dataset.js";
import type { Sample } from "../dataset/get.js";
import { isVoxelfeedError } from "../errors.js";
import { checkKeys, invalid, wholeNumber } from "../options.js";
import type { SplitUsage } from "../split/row.js";
import { DataSplit } from "../split/split.js";
import { checkRawChunks } from "./chunks.js";
import { checkMetadata } from "./metadata.js";
import type { VerifyOptions } from "./options.js";
import type { CropReport, VerifyProblem, VerifyReport } from "./report.js";
import { percent } from "./report.js";
import { checkSamples } from "./samples.js";

/** Crops looked at side by side. */
const CROPS_AT_ONCE = 4;

interface Member {
  readonly dataset: Dataset;
  readonly usage: SplitUsage | null;
  readonly where: string;
}

/** See `verify`. */
export async function inspect(subject: Dataset | DataSplit, options: VerifyOptions): Promise<VerifyReport> {
  checkKeys(options, ["samples", "chunks", "onProgress", "signal"], "the verify options");
  const samples = wholeNumber(options.samples, "samples", 0, 2);
  const chunks = wholeNumber(options.chunks, "chunks", 0, 8);
  const members = membersOf(subject);
  const slots = new Budget(CROPS_AT_ONCE, "crops being verified");
  const { controller, unlink } = linkedController(options.signal);
  let done = 0;
  try {
    const parts = await Promise.all(
      members.map(async (member) => {
        const release = await slots.take(1, controller.signal);
        try {
          const part = await verifyMember(member, samples, chunks, controller.signal);
          options.onProgress?.({ done: ++done, total: members.length });
          return part;
        } finally {
          release();
        }
      }),
    );
    const problems = [...leftOutProblems(subject), ...parts.flatMap((part) => part.problems)];
    const ok = problems.every(({ severity }) => severity !== "error");
    return { ok, problems, crops: parts.flatMap((part) => part.crops) };
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    unlink();
  }
}

/** The crops that combinations are made of, each with a name for the report; slices across three axes are one. */
function membersOf(subject: Dataset | DataSplit): Member[] {
  const leaves = (dataset: Dataset): Dataset[] =>
    dataset.datasets === undefined || cropsOf(dataset).length === 1
      ? [dataset]
      : dataset.datasets.flatMap(leaves);
  const named = (dataset: Dataset | null, usage: SplitUsage | null): Member[] =>
    (dataset === null ? [] : leaves(dataset)).map((leaf, i) => ({
      dataset: leaf,
      usage,
      where: `${usage === null ? "" : `${usage} `}crop ${i + 1}`,
    }));
  if (subject instanceof DataSplit)
    return [...named(subject.train, "train"), ...named(subject.validation, "validation")];
  if (!Array.isArray(subject?.crops)) throw invalid("subject", "a dataset or a split", subject);
  return named(subject, null);
}

/** The different crops of a dataset. */
function cropsOf({ crops }: Dataset): CropParts[] {
  const isSame = (a: CropParts, b: CropParts): boolean => a.rawUrl === b.rawUrl && a.target === b.target;
  return crops.filter((crop, i) => crops.findIndex((other) => isSame(other, crop)) === i);
}

function leftOutProblems(subject: Dataset | DataSplit): VerifyProblem[] {
  if (!(subject instanceof DataSplit)) return [];
  return subject.leftOut.map(({ where, error }) => ({
    severity: error.code === "no-matching-scale" ? "warning" : "error",
    code: "left-out",
    where,
    message: error.message,
  }));
}

async function verifyMember(
  { dataset, usage, where }: Member,
  sampleCount: number,
  chunkCount: number,
  signal: AbortSignal,
): Promise<{ readonly problems: VerifyProblem[]; readonly crops: CropReport[] }> {
  const problems: VerifyProblem[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isVoxelfeedError(error)) throw error;
      problems.push({ severity: "error", code: "read-failed", where, message: error.message });
      return undefined;
    }
  };
  const read: Sample[] = [];
  const crops = cropsOf(dataset);
  const count = Math.min(sampleCount * crops.length, dataset.length);
  for (let i = 0; i < count; i++) {
    const index = Math.floor(((i + 0.5) * dataset.length) / count);
    const sample = await attempt(() => dataset.get(index, { signal }));
    if (sample !== undefined) read.push(sample);
  }
  const reports: CropReport[] = [];
  for (const [i, crop] of crops.entries()) {
    const place = `${crops.length === 1 ? where : `${where}.${i + 1}`} (${crop.target ?? crop.rawUrl})`;
    const metadata = checkMetadata(crop, place);
    const rawChunks = (await attempt(() => checkRawChunks(crop, chunkCount, signal))) ?? {
      total: 0,
      checked: 0,
      missing: 0,
    };
    const mine = read.filter(({ origin }) => origin.raw === crop.rawUrl && origin.target === crop.target);
    const annotated = crop.classes.filter((_, c) => crop.classImages[c] !== null);
    problems.push(
      ...metadata.problems,
      ...missingChunks(rawChunks, place),
      ...checkSamples(mine, dataset.arrays, annotated, place),
    );
    reports.push({
      where: place,
      usage,
      raw: crop.rawUrl,
      target: crop.target,
      boundingBox: crop.boundingBox,
      unknownClasses: crop.classes.filter((_, c) => crop.classImages[c] === null),
      rawCoverage: metadata.rawCoverage,
      rawChunks,
      samplesRead: mine.length,
    });
  }
  return { problems, crops: reports };
}

function missingChunks({ checked, missing }: CropReport["rawChunks"], where: string): VerifyProblem[] {
  if (missing === 0) return [];
  const message =
    `${missing} of ${checked} raw chunks asked for (${percent(missing / checked)}) are not stored and read as fill value; ` +
    "was the volume downloaded in part?";
  return [{ severity: missing === checked ? "error" : "warning", code: "missing-chunks", where, message }];
}
