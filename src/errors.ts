/**
 * The one error class. Every failure a user can meet is a {@link VoxelfeedError} with a code;
 * aborts reject with the caller's own reason instead.
 */

/** Every code a {@link VoxelfeedError} can carry; docs/ERRORS.md lists cause and cure of each. */
export type ErrorCode =
  | "invalid-option"
  | "unknown-option"
  | "not-found"
  | "not-zarr"
  | "not-multiscale"
  | "invalid-metadata"
  | "unsupported"
  | "unknown-codec"
  | "select-required"
  | "array-not-found"
  | "class-not-found"
  | "patch-too-large"
  | "no-overlap"
  | "index-out-of-range"
  | "invalid-csv"
  | "empty-split"
  | "no-matching-scale"
  | "missing-chunk"
  | "forbidden"
  | "http"
  | "network"
  | "timeout"
  | "range"
  | "decode"
  | "storage"
  | "worker"
  | "gpu"
  | "no-webgpu"
  | "budget"
  | "lease-timeout"
  | "released"
  | "disposed"
  | "empty-selection"
  | "state-mismatch";

/** Where a failure happened and what came; every field is optional and plain data. */
export interface ErrorDetails {
  readonly url?: string;
  /** Path of the Zarr array below the source's root. */
  readonly array?: string;
  /** Index of the pyramid level. */
  readonly level?: number;
  /** Chunk index of the spatial axes, z, y, x. */
  readonly chunk?: readonly number[];
  /** Path into the configuration, such as `inputArrays.raw.scale`. */
  readonly path?: string;
  /** Line of a datasplit.csv, or number of the pair or entry in its list, from 1. */
  readonly row?: number;
  /** HTTP status. */
  readonly status?: number;
  /** How often the request was made. */
  readonly attempts?: number;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/**
 * What voxelfeed throws. The message says what was expected, what came, where, and what to do.
 *
 * Use {@link isVoxelfeedError} rather than `instanceof`: it also holds across two copies of the package.
 */
export class VoxelfeedError extends Error {
  override readonly name = "VoxelfeedError";
  readonly code: ErrorCode;
  readonly url?: string;
  readonly array?: string;
  readonly level?: number;
  readonly chunk?: readonly number[];
  readonly path?: string;
  readonly row?: number;
  readonly status?: number;
  readonly attempts?: number;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { cause, ...rest } = details;
    super(`${message}${describePlace(rest)}`, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, { ...rest, retryable: rest.retryable ?? false });
    this.retryable = rest.retryable ?? false;
  }
}

function describePlace({ url, array, level, chunk }: ErrorDetails): string {
  const parts: string[] = [];
  if (url !== undefined) parts.push(`url ${url}`);
  if (array !== undefined) parts.push(`array "${array}"`);
  if (level !== undefined) parts.push(`level ${level}`);
  if (chunk !== undefined) parts.push(`chunk [${chunk.join(", ")}]`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/**
 * Narrows a caught value to a {@link VoxelfeedError}, optionally to one of the given codes.
 *
 * @example
 * try { await openImage(url); } catch (error) {
 *   if (isVoxelfeedError(error, "not-found")) showHint(error.url); else throw error;
 * }
 */
export function isVoxelfeedError(error: unknown, ...codes: ErrorCode[]): error is VoxelfeedError {
  const candidate = error as VoxelfeedError | null;
  return (
    typeof candidate === "object" &&
    candidate !== null &&
    candidate.name === "VoxelfeedError" &&
    (codes.length === 0 || codes.includes(candidate.code))
  );
}
