/** Names the place of an error that was raised by a step which did not know it. */
import { type ErrorDetails, isVoxelfeedError, VoxelfeedError } from "../errors.js";

/**
 * The same error with array, level or chunk added; what is no {@link VoxelfeedError}, or has a place already,
 * is returned as it is.
 */
export function withPlace(error: unknown, place: Pick<ErrorDetails, "array" | "level" | "chunk">): unknown {
  if (!isVoxelfeedError(error) || error.array !== undefined) return error;
  const { code, url, path, status, attempts, retryable, cause } = error;
  // The message ends with the place, which is written anew.
  const message = url === undefined ? error.message : error.message.replace(` (url ${url})`, "");
  return new VoxelfeedError(code, message, { url, path, status, attempts, retryable, cause, ...place });
}
