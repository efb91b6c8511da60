/** Where the batches of the demo come from: presets, and opening what was asked for. */
import {
  type Dataset,
  openDataSplit,
  openDataset,
  openImage,
  type SpatialTransforms,
  type Vec3,
  VoxelfeedError,
} from "../src/index.js";
import type { Settings } from "./settings.js";

export interface Preset {
  readonly name: string;
  readonly source: string;
  readonly shape: string;
}

const cellMap = (dataset: string): Preset => ({
  name: `CellMap ${dataset}`,
  source: `https://janelia-cosem-datasets.s3.amazonaws.com/${dataset}/${dataset}.zarr/recon-1/em/fibsem-uint8`,
  shape: "32, 128, 128",
});

/** The local sample, and public volumes of the CellMap project (HHMI Janelia). */
export const presets: readonly Preset[] = [
  { name: "Local sample, with labels", source: "/data/datasplit.csv", shape: "32, 80, 80" },
  cellMap("jrc_hela-2"),
  cellMap("jrc_mus-liver"),
  cellMap("jrc_cos7-1a"),
];

export interface OpenedSource {
  readonly dataset: Dataset;
  /** Nanometres per voxel of the patches. */
  readonly scale: Vec3;
}

/**
 * Opens an image for raw batches, or a datasplit for raw and labels.
 *
 * @throws VoxelfeedError with the SDK's codes; `empty-split` when the part asked for has no crop
 */
export async function openSource(settings: Settings, signal: AbortSignal): Promise<OpenedSource> {
  const { source, shape } = settings;
  if (!isTable(source)) {
    const scale = settings.scale ?? (await finestVoxelSize(source, signal));
    // With a mask, what lies outside the volume can be told from what is black.
    const raw = { shape, scale, mask: true };
    return { dataset: await openDataset({ raw: source, inputArrays: { raw }, signal }), scale };
  }
  const scale = settings.scale ?? (await splitVoxelSize(settings, signal));
  const inputArrays = { raw: { shape, scale, mask: true } };
  const targetArrays = { labels: { shape, scale } };
  // Crops are smaller than some patches; such a crop gives one sample, unknown beyond its border.
  const split = await openDataSplit({ csv: source, inputArrays, targetArrays, pad: true, signal });
  return { dataset: partOf(split, settings.split), scale };
}

/** What `createLoader` takes as `spatialTransforms`. */
export function spatialTransforms({ mirror, transpose, rotate }: Settings): SpatialTransforms {
  return {
    ...(mirror && { mirror: { axes: { z: 0.5, y: 0.5, x: 0.5 } } }),
    ...(transpose && { transpose: { axes: ["y", "x"] } }),
    ...(rotate && { rotate: { axes: { z: [-180, 180] } } }),
  };
}

function isTable(source: string): boolean {
  return /\.csv$/i.test(source.replace(/[?#].*$/, ""));
}

async function finestVoxelSize(raw: string, signal: AbortSignal): Promise<Vec3> {
  const image = await openImage(raw, { signal });
  image.dispose();
  return image.levels[0]!.voxelSizeNm;
}

/** A datasplit says where its images are only once it is open, and opening needs a voxel size: open it for one. */
async function splitVoxelSize(settings: Settings, signal: AbortSignal): Promise<Vec3> {
  const probe = { probe: { shape: [1, 1, 1], scale: [1, 1, 1] } } as const;
  const split = await openDataSplit({ csv: settings.source, inputArrays: probe, pad: true, signal });
  return await finestVoxelSize(partOf(split, settings.split).plan(0).origin.raw, signal);
}

function partOf(
  split: Readonly<Record<Settings["split"], Dataset | null>>,
  name: Settings["split"],
): Dataset {
  const part = split[name];
  if (part !== null) return part;
  throw new VoxelfeedError("empty-split", `This datasplit has no crop for ${name}.`);
}
