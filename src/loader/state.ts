/** Where a loader is, as small JSON, and whether a saved state is of the same configuration. */
import type { Dataset } from "../dataset/dataset.js";
import { VoxelfeedError } from "../errors.js";
import { checkKeys, invalid, wholeNumber } from "../options.js";
import { members } from "../sampling/members.js";
import type { Sampler } from "../sampling/samplers.js";
import { crc32c } from "../zarr/crc32c.js";

/** JSON; its size does not depend on the volume. */
export interface LoaderState {
  readonly version: 1;
  readonly seed: number;
  readonly epoch: number;
  /** Batches of the epoch that were delivered, that is, returned by `next()`. */
  readonly position: number;
  /** The sampler that draws; one of more than 1000 characters (long lists of weights) as a checksum. */
  readonly sampler: Sampler | string;
  /** Everything else that samples follow from. URLs are no part of it: volumes may move. */
  readonly configuration: Configuration;
}

export type Configuration = Readonly<Record<string, unknown>>;

/** Options that say how batches are made, not what is in them. */
const withoutEffect: readonly string[] = [
  "seed",
  "sampler",
  "prefetch",
  "maxHeldBatches",
  "leaseTimeoutMs",
  "outputBuffers",
  "signal",
];

const MAX_CHARACTERS = 1000;

/**
 * What the samples of a loader follow from, beside seed and sampler.
 *
 * @param options of the loader, checked and with their defaults
 */
export function configurationOf(dataset: Dataset, options: object): Configuration {
  const kept = Object.entries(options).filter(([name]) => !withoutEffect.includes(name));
  const { arrays, classes, grids } = dataset;
  const lengths = members(dataset).map(({ length }) => length);
  return plain({
    ...Object.fromEntries(kept),
    arrays: Object.fromEntries(
      arrays.map(({ spec: { name, ...rest }, ...array }) => [name, { ...array, ...rest }]),
    ),
    classes,
    datasetLengths: compact(lengths),
    positions: compact(grids ?? null),
  });
}

/** Values that are long are replaced by their checksum. */
export function compact<T>(value: T): T | string {
  const text = JSON.stringify(sorted(value));
  if (text.length <= MAX_CHARACTERS) return value;
  return `crc32c:${crc32c(new TextEncoder().encode(text)).toString(16).padStart(8, "0")}:${text.length}`;
}

/**
 * Checks the form of a saved state.
 *
 * @throws VoxelfeedError `invalid-option`, `unknown-option`; `state-mismatch` for another version
 */
export function checkState(state: LoaderState): LoaderState {
  checkKeys(state, ["version", "seed", "epoch", "position", "sampler", "configuration"], "state");
  if (state.version !== 1) throw mismatch([`version was ${show(state.version)} and is 1`]);
  for (const name of ["seed", "epoch", "position"] as const) {
    if (state[name] === undefined) throw invalid(`state.${name}`, "a whole number ≥ 0", state[name]);
    wholeNumber(state[name], `state.${name}`, 0, 0, name === "epoch" ? 2 ** 24 - 1 : undefined);
  }
  if (typeof state.configuration !== "object" || state.configuration === null) {
    throw invalid("state.configuration", "an object", state.configuration);
  }
  return state;
}

/** @throws VoxelfeedError `state-mismatch` that lists what differs */
export function checkSameConfiguration(saved: LoaderState, current: LoaderState): void {
  const found = differences(
    { seed: saved.seed, sampler: saved.sampler, ...saved.configuration },
    { seed: current.seed, sampler: plain(current.sampler), ...current.configuration },
    "",
  );
  if (found.length > 0) throw mismatch(found);
}

function mismatch(found: readonly string[]): VoxelfeedError {
  const shown = found.slice(0, 5);
  const more = found.length > shown.length ? `; and ${found.length - shown.length} more` : "";
  return new VoxelfeedError(
    "state-mismatch",
    `The state belongs to another configuration: ${shown.join("; ")}${more}. Make the loader as it was when the state was ` +
      "saved, or begin anew without the state.",
    { path: "state" },
  );
}

/** One sentence per value that differs, with its path. */
function differences(saved: unknown, current: unknown, path: string): string[] {
  if (isRecord(saved) && isRecord(current)) {
    const names = [...new Set([...Object.keys(saved), ...Object.keys(current)])];
    return names.flatMap((name) =>
      differences(saved[name], current[name], path === "" ? name : `${path}.${name}`),
    );
  }
  if (
    Array.isArray(saved) &&
    Array.isArray(current) &&
    saved.length === current.length &&
    saved.some(isRecord)
  ) {
    return saved.flatMap((value, i) => differences(value, current[i], `${path}[${i}]`));
  }
  if (JSON.stringify(sorted(saved)) === JSON.stringify(sorted(current))) return [];
  return [`${path} was ${show(saved)} and is ${show(current)}`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "not set";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** As JSON keeps it. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** With keys in order, so that equal values have equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}
