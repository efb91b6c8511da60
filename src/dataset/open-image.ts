/** Opens an image. What that takes is fetched when the first one is opened. */
import { fetchCode } from "../fetch-code.js";
import type { ImageSource } from "../zarr/byte-store.js";
import type { Image } from "./image.js";
import type { OpenImageOptions } from "./image-options.js";

/**
 * Opens one OME-Zarr multiscale image (OME-NGFF 0.4 or 0.5, Zarr v2 or v3).
 *
 * Where no `engine` is given and the page has no workers yet, some are started meanwhile, for whatever reads first; nothing
 * read for ten seconds, they end.
 *
 * @param source URL of the multiscale group, a zarrita store, or a `FileSystemDirectoryHandle`
 * @throws VoxelfeedError `not-found`, `not-zarr`, `not-multiscale`, `invalid-metadata`, `array-not-found`,
 * `unknown-codec`, `unsupported`, `select-required`, `http`, `network`, `forbidden`, `unknown-option`
 *
 * @example
 * const image = await openImage("https://example.org/volume.zarr/recon-1/em/fibsem-uint8");
 * const { data, mask } = await image.read({ center: [800, 800, 800], shape: [1, 256, 256], scale: [8, 8, 8] });
 */
export async function openImage(source: ImageSource, options: OpenImageOptions = {}): Promise<Image> {
  const { openStored } = await fetchCode(() => import("./image.js"));
  return await openStored(source, options);
}
