/** What the disk cache of this origin holds, and how to empty it. */
import { fetchCode } from "../../fetch-code.js";
import type { CacheReport } from "./contents.js";

/** Most pages never ask. */
const contents = () => fetchCode(() => import("./contents.js"));

/**
 * How much the disk cache of this origin holds.
 *
 * @throws what IndexedDB throws where the browser denies it
 */
export async function cacheReport(): Promise<CacheReport> {
  return await (await contents()).readContents();
}

/**
 * Empties the disk cache of this origin, for all tabs. Loaders that run meanwhile fetch again what they need, and
 * keep the room that their file takes on the device; it is given back where none has it open.
 *
 * @throws what IndexedDB throws where the browser denies it
 */
export async function clearCache(): Promise<void> {
  await (await contents()).clearContents();
}
