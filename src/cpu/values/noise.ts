/** The random numbers of voxels, a row at a time. Twin: `noise_uniform` of `shaders/values.wgsl`. */
import { normalOf, symmetricUniform } from "../../math/normal.js";
import { philoxInto, streams } from "../../math/rng.js";
import { map3 } from "../../math/vec.js";
import { noiseWords, type ValueWork } from "../../plan/values.js";
import type { Vec3 } from "../../types.js";
import type { ValueRow } from "./row.js";
import { Tabulated } from "./tabulated.js";

/** Where the normal quantile is tabulated, to below 1e-6; nine of ten uniform numbers lie there. */
const tabulatedUniforms = [-0.9, 0.9] as const;
const quantileSteps = 4096;

export class NoiseRows {
  readonly #shape: Vec3;
  readonly #halo: Vec3;
  readonly #grid: Vec3;
  readonly #words: ReturnType<typeof noiseWords>;
  readonly #channel: number;
  readonly #block = new Uint32Array(4);
  #quantile: Tabulated | null = null;
  #row = new Float64Array(0);

  /** @param shape of the patch, voxels */
  constructor({ noise, halo }: Pick<ValueWork, "noise" | "halo">, shape: Vec3) {
    this.#shape = shape;
    this.#halo = halo;
    this.#grid = map3((i) => shape[i] + 2 * halo[i]);
    this.#channel = noise.channel;
    this.#words = noiseWords(noise, streams.noise);
  }

  /**
   * Uniform numbers in (-1, 1) for the voxels of a row, at their places in it.
   *
   * @param slot of the operation; see {@link noiseWords}
   * @returns working memory, valid until the next call
   */
  uniforms(slot: number, { from, to, z, y, x }: ValueRow): Float64Array {
    if (this.#row.length < to) this.#row = new Float64Array(to);
    const [sizeZ, sizeY, sizeX] = this.#shape;
    const rowInside = z >= 0 && z < sizeZ && y >= 0 && y < sizeY;
    const first = rowInside ? Math.min(Math.max(-x, from), to) : to;
    const end = rowInside ? Math.min(Math.max(sizeX - x, first), to) : to;
    const [haloZ, haloY, haloX] = this.#halo;
    const beyond =
      ((this.#channel * this.#grid[0] + z + haloZ) * this.#grid[1] + y + haloY) * this.#grid[2] + x + haloX;
    if (first > from) this.#run(slot, 1, beyond, from, first);
    if (end > first) this.#run(slot, 0, ((this.#channel * sizeZ + z) * sizeY + y) * sizeX + x, first, end);
    if (end < to) this.#run(slot, 1, beyond, end, to);
    return this.#row;
  }

  /** Standard normal numbers; see {@link uniforms}. */
  normals(slot: number, voxels: ValueRow): Float64Array {
    this.#quantile ??= new Tabulated(normalOf, tabulatedUniforms, quantileSteps);
    const quantile = this.#quantile;
    const row = this.uniforms(slot, voxels);
    for (let i = voxels.from; i < voxels.to; i++) row[i] = quantile.at(row[i]!);
    return row;
  }

  /** @param first element of the row's voxel 0, should the run reach there */
  #run(slot: number, beyond: 0 | 1, first: number, from: number, to: number): void {
    const { key, sampleLow, sampleHigh, epochStream } = this.#words;
    const high = sampleHigh + ((slot << 22) >>> 0) + beyond * 2 ** 21;
    const block = this.#block;
    const row = this.#row;
    for (let i = from; i < to; ) {
      const element = first + i;
      philoxInto(block, Math.floor(element / 4), sampleLow, high, epochStream, key[0], key[1]);
      const end = Math.min(i + 4 - (element % 4), to);
      for (let word = element % 4; i < end; word++) row[i++] = symmetricUniform(block[word]!);
    }
  }
}
