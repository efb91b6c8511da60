/** The uniform numbers of voxels, a row at a time. Twin: `noise_uniform` of `shaders/values.wgsl`. */
import { symmetricUniform } from "../../math/normal.js";
import { philoxInto, streams } from "../../math/rng.js";
import { map3 } from "../../math/vec.js";
import { noiseWords, type ValueWork } from "../../plan/values.js";
import type { Vec3 } from "../../types.js";

export class NoiseRows {
  readonly #shape: Vec3;
  readonly #halo: Vec3;
  readonly #grid: Vec3;
  readonly #words: ReturnType<typeof noiseWords>;
  readonly #channel: number;
  readonly #block = new Uint32Array(4);

  /** @param shape of the patch, voxels */
  constructor({ noise, halo }: Pick<ValueWork, "noise" | "halo">, shape: Vec3) {
    this.#shape = shape;
    this.#halo = halo;
    this.#grid = map3((i) => shape[i] + 2 * halo[i]);
    this.#channel = noise.channel;
    this.#words = noiseWords(noise, streams.noise);
  }

  /**
   * Writes the uniform numbers in (-1, 1) of patch voxels (z, y, x) to (z, y, x + count - 1).
   *
   * @param slot of the operation; see {@link noiseWords}
   */
  write(target: Float64Array, slot: number, z: number, y: number, x: number, count: number): void {
    const [sizeZ, sizeY, sizeX] = this.#shape;
    const rowInside = z >= 0 && z < sizeZ && y >= 0 && y < sizeY;
    const from = rowInside ? Math.min(Math.max(-x, 0), count) : count;
    const to = rowInside ? Math.min(Math.max(sizeX - x, from), count) : count;
    const [haloZ, haloY, haloX] = this.#halo;
    const beyond =
      ((this.#channel * this.#grid[0] + z + haloZ) * this.#grid[1] + y + haloY) * this.#grid[2] + x + haloX;
    if (from > 0) this.#run(target, slot, 1, beyond, 0, from);
    if (to > from)
      this.#run(target, slot, 0, ((this.#channel * sizeZ + z) * sizeY + y) * sizeX + x, from, to);
    if (to < count) this.#run(target, slot, 1, beyond, to, count);
  }

  /** @param first element of the row's voxel 0, should the run reach there */
  #run(target: Float64Array, slot: number, beyond: 0 | 1, first: number, from: number, to: number): void {
    const { key, sampleLow, sampleHigh, epochStream } = this.#words;
    const high = sampleHigh + ((slot << 22) >>> 0) + beyond * 2 ** 21;
    const block = this.#block;
    let held = -1;
    for (let i = from; i < to; i++) {
      const element = first + i;
      const wanted = Math.floor(element / 4);
      if (wanted !== held) {
        philoxInto(block, wanted, sampleLow, high, epochStream, key[0], key[1]);
        held = wanted;
      }
      target[i] = symmetricUniform(block[element & 3]!);
    }
  }
}
