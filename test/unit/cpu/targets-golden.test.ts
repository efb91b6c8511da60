/** Target transforms against the shared reference answers, where they are there. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { targets } from "../../../src/augment/targets.js";
import { gatheredShape, type TargetChain } from "../../../src/augment/targets-stages.js";
import { transformTarget } from "../../../src/cpu/targets/chain.js";
import type { TargetVolume } from "../../../src/cpu/targets/volume.js";
import type { Vec3 } from "../../../src/types.js";
import { chainOf, targetArray } from "./target-cases.js";

const folder = resolve(import.meta.dirname, "../../../../shared/golden/targets");

interface Golden {
  readonly shape: Vec3;
  readonly voxelSizeNm: Vec3;
  readonly offsets: readonly Vec3[];
}

describe.skipIf(!existsSync(folder))("shared target answers", () => {
  const bytes = (name: string) => new Uint8Array(readFileSync(resolve(folder, `${name}.bin`)));
  const read = () => JSON.parse(readFileSync(resolve(folder, "targets.json"), "utf8")) as Golden;

  /** The patch alone: everything beyond it is unknown. */
  function alone({ shape }: Golden, ids: ArrayLike<number>, chain: TargetChain): TargetVolume {
    const whole = gatheredShape(chain);
    const values = new Uint32Array(whole[0] * whole[1] * whole[2]);
    const mask = new Uint8Array(values.length);
    for (let i = 0; i < ids.length; i++) {
      const z = Math.floor(i / (shape[1] * shape[2])) + chain.halo[0];
      const y = (Math.floor(i / shape[2]) % shape[1]) + chain.halo[1];
      const at = (z * whole[1] + y) * whole[2] + (i % shape[2]) + chain.halo[2];
      values[at] = ids[i]!;
      mask[at] = 1;
    }
    return { channels: 1, shape: whole, values, mask };
  }

  function arrayOf({ shape, voxelSizeNm }: Golden) {
    return { ...targetArray(shape, { scale: voxelSizeNm }), channels: ["instance"], exclusive: [[]] };
  }

  test("boundary, affinities with masks, and signed distance", () => {
    const golden = read();
    const instance = new Uint32Array(bytes("instance").buffer);
    const boundary = chainOf(arrayOf(golden), targets.boundary());
    expect(transformTarget(alone(golden, instance, boundary), boundary).data).toEqual(bytes("boundary"));

    const affinities = chainOf(arrayOf(golden), targets.affinities(golden.offsets));
    const { data, mask } = transformTarget(alone(golden, instance, affinities), affinities);
    expect(mask).toEqual(bytes("affinitiesMask"));
    expect(data).toEqual(bytes("affinities"));

    const distance = chainOf(arrayOf(golden), targets.signedDistance({ haloNm: 0 }));
    const distances = transformTarget(alone(golden, bytes("mask"), distance), distance).data;
    const wanted = new Float32Array(bytes("signedDistance").buffer);
    let worst = 0;
    for (let i = 0; i < wanted.length; i++) worst = Math.max(worst, Math.abs(distances[i]! - wanted[i]!));
    expect(worst).toBeLessThanOrEqual(1e-4);
  });
});
