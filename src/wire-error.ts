/** Errors on their way between threads, where structured cloning would drop their fields. */
import { type ErrorCode, type ErrorDetails, isVoxelfeedError, VoxelfeedError } from "./errors.js";

/** A {@link VoxelfeedError} as plain data, for crossing a worker boundary whole. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Omit<ErrorDetails, "cause"> & { readonly cause?: string };
  readonly stack?: string;
}

/** Turns any thrown value into plain data; what is no {@link VoxelfeedError} gets the code given. */
export function toWireError(error: unknown, fallback: ErrorCode): WireError {
  const cause = (error as { cause?: unknown } | null)?.cause;
  if (!isVoxelfeedError(error)) {
    const stack = (error as Error | null)?.stack;
    return { code: fallback, message: String((error as Error)?.message ?? error), details: {}, stack };
  }
  const { code, message, url, array, level, chunk, path, row, status, attempts, retryable, stack } = error;
  const details = { url, array, level, chunk, path, row, status, attempts, retryable };
  return {
    code,
    message,
    stack,
    details:
      cause === undefined ? details : { ...details, cause: String((cause as Error)?.message ?? cause) },
  };
}

/** The inverse of {@link toWireError}: same code, message, fields; the cause becomes its message. */
export function fromWireError(wire: WireError): VoxelfeedError {
  const error = new VoxelfeedError(wire.code, wire.message, { cause: wire.details.cause });
  const { cause: _cause, ...fields } = wire.details;
  // The message already names the place, so the fields are set beside it rather than through the constructor.
  Object.assign(error, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}
