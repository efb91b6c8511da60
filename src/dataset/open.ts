/** Opens a dataset. What that takes is fetched when the first one is opened. */
import { fetchCode } from "../fetch-code.js";
import type { Dataset } from "./dataset.js";
import type { DatasetSpec } from "./spec.js";

/**
 * Opens the raw image and the class images of one crop.
 *
 * A class that the target does not name is an error, or unknown (see `missingClasses`); one that it names but
 * that is not there is always an error. Workers are started meanwhile, as {@link openImage} tells.
 *
 * @throws VoxelfeedError `unknown-option`, `invalid-option`, `class-not-found`, `patch-too-large`,
 * `no-overlap`, and what {@link openImage} throws
 */
export async function openDataset(spec: DatasetSpec): Promise<Dataset> {
  const { openCrop } = await fetchCode(() => import("./open-crop.js"));
  return await openCrop(spec);
}
