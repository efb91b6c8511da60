/** Random warps of test volumes, planned by the library; for the CPU and the GPU tests. */
import { planPatch } from "../../../src/plan/patch.js";
import type { ReadPlan } from "../../../src/plan/reads.js";
import type { ElasticField, PatchWarp, SectionShifts } from "../../../src/plan/warp.js";
import type { Mat3, Vec3 } from "../../../src/types.js";
import type { Level } from "../../../src/zarr/metadata.js";
import type { OracleRead } from "../../helpers/oracle.js";
import { displacementOracle } from "../../helpers/warp-oracle.js";
import {
  cubeSymmetries,
  identity,
  makeRead,
  multiply,
  rotateX,
  rotateZ,
  type TestRead,
  type TestVolume,
} from "./cases.js";

/** A volume as the only level of an image. */
export function levelOf(volume: TestVolume): Level {
  return {
    array: {
      path: "s0",
      level: 0,
      zarrFormat: 2,
      dtype: volume.dtype,
      shape: volume.shape,
      chunkShape: volume.brickShape,
      chunkKey: { style: "v2", separator: "/" },
      codecs: [],
      spatialAxes: [0, 1, 2],
      select: [0, 0, 0],
      fillBytes: [0, 0, 0, 0, 0, 0, 0, 0].slice(0, volume.itemSize),
    },
    shape: volume.shape,
    brickShape: volume.brickShape,
    brickDType: volume.dtype,
    voxelSizeNm: volume.voxelSize as Vec3,
    translationNm: volume.translation as Vec3,
  };
}

/** A read with a warp; its matrix is the warp's. */
export interface WarpedRead {
  readonly read: TestRead & OracleRead;
  readonly plan: ReadPlan;
}

/** Plans a read, and gives the oracle the same warp. */
export function warpedRead(volume: TestVolume, read: Omit<TestRead, "matrix">, warp: PatchWarp): WarpedRead {
  const matrix = multiply(warp.linear, warp.turn);
  const { outDType: dtype, ...rest } = read;
  const { plan } = planPatch([levelOf(volume)], { ...rest, matrix, warp, dtype });
  return { plan, read: { ...read, matrix, displacement: displacementOracle(warp, read.shape, read.scale) } };
}

export const noWarp: PatchWarp = { turn: identity, linear: identity, sections: null, elastic: null };

/** A field of noise: as strong as a field may be, times `strength`. */
export function noiseField(shape: Vec3, spacing: Vec3, random: () => number, strength = 1): ElasticField {
  const displacements = Float32Array.from(
    { length: 3 * shape[0] * shape[1] * shape[2] },
    (_, i) => (random() * 2 - 1) * 0.4 * strength * spacing[i % 3]!,
  );
  return { shape, spacing, displacements };
}

/** A seeded random warped read: turned, bent and with shifted sections, or only some of it. */
export function randomWarpedRead(
  volume: TestVolume,
  random: () => number,
  outDType: TestRead["outDType"],
): WarpedRead {
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const size = volume.voxelSize as Vec3;
  const side = () => pick(1, 6, 9, 11, 12, 13);
  const shape: Vec3 = [side(), side(), side()];
  const scale = size.map((each) => each * pick(1, 1, 0.4 + random() * 2, 2)) as unknown as Vec3;
  const longest = Math.max(...size);
  const points = () => 1 + Math.floor(random() * 6);
  const elastic = noiseField(
    [points(), points(), points()],
    size.map(() => longest * (1 + random() * 5)) as unknown as Vec3,
    random,
  );
  const axis = pick<0 | 1 | 2>(0, 1, 2);
  const sections: SectionShifts = {
    axis,
    thicknessNm: scale[axis] * pick(1, 1, 2.3),
    moves: [-2, 0, 1, 3].map((section) => ({
      section,
      following: random() < 0.5,
      offset: [0, 1, 2].map((i) => (i === axis ? 0 : (random() * 2 - 1) * 3 * size[i]!)) as unknown as Vec3,
    })),
  };
  const shear: Mat3 = [
    [1, random() * 0.4 - 0.2, 0],
    [0, 1.2, random() * 0.4 - 0.2],
    [0, 0, 0.9],
  ];
  const oblique = multiply(rotateZ(random() * 360), rotateX(random() * 360));
  const [withSections, withElastic] = pick(
    [sections, elastic],
    [sections, elastic],
    [null, elastic],
    [sections, null],
  );
  const warp: PatchWarp = {
    turn: pick(...cubeSymmetries()),
    linear: pick(identity, multiply(oblique, shear)),
    sections: withSections as SectionShifts | null,
    elastic: withElastic as ElasticField | null,
  };
  const center = size.map(
    (each, i) => volume.translation[i]! + each * (volume.shape[i]! * (random() * 0.9 + 0.05)),
  ) as unknown as Vec3;
  const { matrix: _, ...read } = makeRead({
    center,
    shape,
    scale,
    interpolation: pick("linear", "linear", "nearest"),
    antialias: pick("box", "none"),
    padValue: pick(0, 7, 3.25, 200),
    outDType,
  });
  return warpedRead(volume, read, warp);
}
