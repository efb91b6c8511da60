/** Takes the pictures of the cards; an original that several cards show is taken once. */
import type { Operation, Setting } from "./operation.js";
import { type Picture, type Shot, takePicture } from "./picture.js";
import type { Volume } from "./volume.js";

export class Studio {
  readonly #originals = new Map<string, Picture>();

  constructor(readonly volume: Volume) {}

  async original({ labels, original }: Operation, cut: Shot["cut"]): Promise<Picture> {
    const key = JSON.stringify([labels, original, cut]);
    const taken = this.#originals.get(key);
    if (taken !== undefined) return taken;
    const { datasets, engine } = this.volume;
    const picture = await takePicture(datasets[labels], engine, original, { cut, seed: 0, array: "labels" });
    this.#originals.set(key, picture);
    return picture;
  }

  async result(
    operation: Operation,
    settings: Readonly<Record<string, Setting>>,
    { cut, seed }: Pick<Shot, "cut" | "seed">,
  ): Promise<Picture> {
    const { datasets, engine, scene } = this.volume;
    const augmentation = operation.augmentation(settings, scene);
    const shot = { cut, seed, array: operation.array };
    return await takePicture(datasets[operation.labels], engine, augmentation, shot);
  }
}
