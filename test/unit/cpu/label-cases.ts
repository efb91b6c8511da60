/** Label volumes with codes, and plans that read them; for the CPU and the GPU tests. */
import { floatToHalf } from "../../../src/math/half.js";
import type { LabelCodes, ReadPlan } from "../../../src/plan/reads.js";
import type { BrickDType, Interpolation, OutputDType, Vec3 } from "../../../src/types.js";
import { makeRead, makeVolume, planOf, randomSource, type TestRead, type TestVolume } from "./cases.js";

/** The codes that {@link labelVolume} is full of. */
export const codes: LabelCodes = { absent: 3, unknown: 7 };

/** Labels 0 to 9 in runs along x; `values` gives them all instead. */
export function labelVolume(
  dtype: BrickDType,
  shape: Vec3,
  seed: number,
  values?: readonly (number | bigint)[],
): TestVolume {
  const random = randomSource(seed);
  let label = 0;
  const stored = (z: number, y: number, x: number): number | bigint => {
    if (random() < 0.5) label = Math.floor(random() * 10);
    const value = values?.[(z * shape[1] + y) * shape[2] + x] ?? label;
    return dtype === "float16" ? floatToHalf(Number(value)) : value;
  };
  return makeVolume({ dtype, shape, brickShape: [4, 4, 4], stored });
}

/** A plan of a label read; linear-argmax samples like linear without antialiasing. */
export function labelPlan(
  volume: TestVolume,
  read: Omit<Partial<TestRead>, "interpolation"> & Pick<TestRead, "center" | "shape">,
  interpolation: Interpolation,
  outDType: OutputDType,
  labelCodes?: LabelCodes,
): ReadPlan {
  const sampled = interpolation === "nearest" ? "nearest" : "linear";
  const plan = planOf(volume, makeRead({ ...read, antialias: "none", interpolation: sampled, outDType }));
  return { ...plan, interpolation, labelCodes };
}
