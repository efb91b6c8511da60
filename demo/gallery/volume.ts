/** The place that all pictures of the gallery are taken at: the middle of the first crop of a datasplit. */
import {
  type Dataset,
  Engine,
  isVoxelfeedError,
  openDataSplit,
  openDataset,
  subset,
  type Vec3,
  VoxelfeedError,
} from "../../src/index.js";
import type { LabelKind, Scene } from "./operation.js";
import { takePicture } from "./picture.js";

/** A cube: slices across all axes look alike, and turned about one axis it stays in a crop of 128 voxels. */
const shape: Vec3 = [80, 80, 80];

export interface Volume {
  /** Of one position; without instances those of `instances` are the classes. */
  readonly datasets: Readonly<Record<LabelKind, Dataset>>;
  /** All cards render through it. */
  readonly engine: Engine;
  readonly scene: Scene;
}

/**
 * Opens the first crop of a table, with its classes and, where the crop has such a group, its instances.
 *
 * @throws VoxelfeedError with the SDK's codes; `empty-split` without a crop that has labels
 */
export async function openVolume(csv: string): Promise<Volume> {
  const engine = new Engine();
  const { raw, target, scale } = await firstCrop(csv, engine);
  const open = async (from: string): Promise<Dataset> => {
    const inputArrays = { raw: { shape, scale, mask: true } };
    const targetArrays = { labels: { shape, scale } };
    return atMiddle(await openDataset({ raw, target: from, inputArrays, targetArrays, pad: true, engine }));
  };
  const classes = await open(target);
  const instances = await openInstances(target, open);
  const ids = instances === null ? [] : await largestIds(instances, engine);
  return {
    engine,
    datasets: { classes, instances: instances ?? classes },
    scene: { classes: classes.classes, ids },
  };
}

async function firstCrop(csv: string, engine: Engine) {
  const probe = { probe: { shape: [1, 1, 1], scale: [1, 1, 1] } } as const;
  const split = await openDataSplit({ csv, inputArrays: probe, pad: true, engine });
  const crop = (split.train ?? split.validation)?.crops.find(({ target }) => target !== null);
  if (crop === undefined) throw new VoxelfeedError("empty-split", "This datasplit has no crop with labels.");
  return { raw: crop.rawUrl, target: crop.target!, scale: crop.raw.meta.levels[0]!.voxelSizeNm };
}

/** Null where the crop has no group `instance`. */
async function openInstances(
  target: string,
  open: (target: string) => Promise<Dataset>,
): Promise<Dataset | null> {
  try {
    return await open(target.replace(/\/?\[[^\]]*\]\/?$/, "/[instance]"));
  } catch (error) {
    if (isVoxelfeedError(error, "class-not-found")) return null;
    throw error;
  }
}

function atMiddle(dataset: Dataset): Dataset {
  const { counts } = dataset.crops[0]!.positions;
  const [z, y, x] = counts.map((count) => Math.floor((count - 1) / 2)) as [number, number, number];
  return subset(dataset, [(z * counts[1] + y) * counts[2] + x]);
}

async function largestIds(instances: Dataset, engine: Engine): Promise<number[]> {
  const { labels } = await takePicture(instances, engine, {}, { cut: "z", seed: 0, array: "labels" });
  const counts = new Map<number, number>();
  for (const id of labels[0]!.slice.values) if (id !== 0) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([id]) => id);
}
