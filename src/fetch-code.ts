/** Parts of voxelfeed that are fetched when they are first needed. */
import { VoxelfeedError } from "./errors.js";

/**
 * Fetches a part, as `import()` does: once per page.
 *
 * @throws VoxelfeedError `network` when the page's server does not give it
 */
export async function fetchCode<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (cause) {
    throw new VoxelfeedError(
      "network",
      `A part of voxelfeed could not be fetched: ${(cause as Error).message} All files of its dist folder, or all that ` +
        "a bundler made of them, must be served.",
      { cause, retryable: true },
    );
  }
}

/** Begins to fetch a part that will be needed soon. Should that fail, whoever needs it is told. */
export function fetchEarly(load: () => Promise<unknown>): void {
  load().catch(() => {});
}
