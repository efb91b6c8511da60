/** A link that opens a sample's place in Neuroglancer. */
import { checkKeys, invalid, oneOf } from "../options.js";
import { joinUrl, sourceUrl } from "../zarr/url.js";
import type { SampleOrigin } from "./sample.js";
import { parseTarget } from "./target.js";

export interface NeuroglancerOptions {
  /** The viewer. Default: Google's public one. */
  readonly baseUrl?: string | URL;
  /** Classes to show. Default: those in the target's brackets. */
  readonly classes?: readonly string[];
  /** How the viewer shall read the volumes: `zarr` finds out itself; older viewers want the version. Default `zarr`. */
  readonly format?: "zarr" | "zarr2" | "zarr3";
  /** Nanometres per screen pixel of the cross-sections. Default 4. */
  readonly nmPerPixel?: number;
}

const optionNames = ["baseUrl", "classes", "format", "nmPerPixel"] as const;

/**
 * Makes a link to the place a sample was read from: the raw image, one segmentation layer per class, the view
 * at the sample's centre. The volumes' server must allow the viewer's origin by CORS.
 *
 * The viewer's dimensions are x, y, z at one nanometre each, so that its position reads as world nanometres.
 * It shows the stored volume: a sample's turn is not applied. Axes without a unit are no lengths to Neuroglancer:
 * such a volume does not line up with the others.
 *
 * @param origin from `batch.samples` or `sample.origin`
 * @throws VoxelfeedError `invalid-option` for images that have no URL, and for bad options; `unknown-option`
 *
 * Source: Neuroglancer's viewer state (https://github.com/google/neuroglancer, `src/viewer.ts`); like OME-NGFF's,
 * its world coordinate of a voxel's centre is `translation + index · scale` for images read as OME-Zarr.
 *
 * @example
 * const link = neuroglancerLink(batch.samples[0], { nmPerPixel: 8 });
 */
export function neuroglancerLink(
  origin: Pick<SampleOrigin, "raw" | "target" | "center">,
  options: NeuroglancerOptions = {},
): string {
  checkKeys(options, optionNames, "the neuroglancerLink options");
  const { baseUrl = "https://neuroglancer-demo.appspot.com/", nmPerPixel = 4 } = options;
  const format = oneOf(options.format, "format", ["zarr", "zarr2", "zarr3"], "zarr");
  if (!(Number.isFinite(nmPerPixel) && nmPerPixel > 0))
    throw invalid("nmPerPixel", "positive nanometres", nmPerPixel);
  const template = origin.target === null ? null : parseTarget(origin.target);
  const classes = options.classes ?? template?.classes ?? [];
  if (template === null && classes.length > 0)
    throw invalid("classes", "left out for a sample without target", classes);
  const source = (url: string): string => `${format}://${url}`;
  const root = template === null ? "" : viewerUrl(template.root, "target");
  const [z, y, x] = origin.center;
  const nanometre = [1e-9, "m"];
  const state = {
    dimensions: { x: nanometre, y: nanometre, z: nanometre },
    position: [x, y, z],
    crossSectionScale: nmPerPixel,
    layers: [
      { type: "image", name: "raw", source: source(viewerUrl(origin.raw, "raw")) },
      ...classes.map((name) => ({
        type: "segmentation",
        name: name === "raw" ? "raw (class)" : name,
        source: source(joinUrl(root, name)),
      })),
    ],
    layout: "4panel",
  };
  const viewer = String(baseUrl);
  if (!URL.canParse(viewer)) throw invalid("baseUrl", "the absolute URL of a Neuroglancer", viewer);
  return `${viewer.replace(/#.*$/s, "")}#!${encodeURIComponent(JSON.stringify(state))}`;
}

/** Absolute, since the viewer is another page. */
function viewerUrl(url: string, path: string): string {
  if (/^(directory|store):/.test(url))
    throw invalid(`origin.${path}`, "a URL: Neuroglancer cannot read what only this page can", url);
  return sourceUrl(url);
}
