/**
 * Operations on a voxel's value alone. Twin: `shaders/values.wgsl`; formulas: `src/plan/values.ts`.
 *
 * Every operation is a loop of its own: a shared one that is given a function per operation was measured three times slower.
 */
import { poissonOf } from "../../math/normal.js";
import type { NoiseRows } from "./noise.js";
import type { RowOperation } from "./row.js";
import { Tabulated } from "./tabulated.js";

export function affine(a: number, b: number): RowOperation {
  return ({ row, from, to }) => {
    for (let i = from; i < to; i++) row[i] = a * row[i]! + b;
  };
}

/** Where `share ** exponent` is tabulated: towards 0 it may bend too much. The error is below 1e-6 for exponents from 0.25 to 4. */
const tabulatedShares = [1 / 16, 2] as const;
const shareSteps = 4096;

export function gamma(lo: number, hi: number, exponent: number): RowOperation {
  const power = new Tabulated((share) => share ** exponent, tabulatedShares, shareSteps);
  const range = hi - lo;
  const perRange = 1 / range;
  return ({ row, from, to }) => {
    for (let i = from; i < to; i++) {
      row[i] = lo + range * power.at(Math.max((row[i]! - lo) * perRange, 0));
    }
  };
}

export function clip(lo: number, hi: number): RowOperation {
  return ({ row, from, to }) => {
    for (let i = from; i < to; i++) row[i] = Math.min(Math.max(row[i]!, lo), hi);
  };
}

export function replace(nan: number, plusInfinity: number, minusInfinity: number): RowOperation {
  return ({ row, from, to }) => {
    for (let i = from; i < to; i++) {
      const v = row[i]!;
      if (Number.isFinite(v)) continue;
      row[i] = Number.isNaN(v) ? nan : v > 0 ? plusInfinity : minusInfinity;
    }
  };
}

export function quantize(levels: number): RowOperation {
  const last = levels - 1;
  return ({ row, from, to }) => {
    for (let i = from; i < to; i++) {
      row[i] = Math.floor(Math.min(Math.max(row[i]!, 0), 1) * last + 0.5) / last;
    }
  };
}

export function threshold(above: number): RowOperation {
  return ({ row, from, to }) => {
    for (let i = from; i < to; i++) row[i] = row[i]! > above ? 1 : 0;
  };
}

export function addNoise(noise: NoiseRows, mean: number, sigma: number, slot: number): RowOperation {
  return (voxels) => {
    const { row, from, to } = voxels;
    const normals = noise.normals(slot, voxels);
    for (let i = from; i < to; i++) row[i] = row[i]! + mean + sigma * normals[i]!;
  };
}

export function speckle(noise: NoiseRows, sigma: number, slot: number): RowOperation {
  return (voxels) => {
    const { row, from, to } = voxels;
    const normals = noise.normals(slot, voxels);
    for (let i = from; i < to; i++) row[i] = row[i]! * (1 + sigma * normals[i]!);
  };
}

export function poisson(noise: NoiseRows, rate: number, slot: number): RowOperation {
  return (voxels) => {
    const { row, from, to } = voxels;
    const uniforms = noise.uniforms(slot, voxels);
    for (let i = from; i < to; i++) row[i] = poissonOf(uniforms[i]!, rate * Math.max(row[i]!, 0)) / rate;
  };
}
