import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { type TargetTransform, targets } from "../../../src/augment/targets.js";
import type { TargetChain } from "../../../src/augment/targets-stages.js";
import { gatheredShape } from "../../../src/augment/targets-stages.js";
import { transformTarget } from "../../../src/cpu/targets/chain.js";
import type { TargetVolume } from "../../../src/cpu/targets/volume.js";
import type { Vec3 } from "../../../src/types.js";
import { chainOf, targetArray } from "./target-cases.js";

/** Made by test/fixtures/targets.py. */
interface Fixture {
  readonly shape: Vec3;
  readonly voxelSizeNm: Vec3;
  readonly sigmaNm: Vec3;
  readonly labels: readonly number[];
  readonly descriptors: readonly number[];
  readonly distance: readonly number[];
}

const path = resolve(import.meta.dirname, "../../fixtures/targets.json");
const fixture = JSON.parse(readFileSync(path, "utf8")) as Fixture;

/** The patch in a halo of known background, which is what SciPy's zeros beyond an array are. */
function inBackground(chain: TargetChain): TargetVolume {
  const { shape, labels } = fixture;
  const whole = gatheredShape(chain);
  const values = new Uint32Array(whole[0] * whole[1] * whole[2]);
  for (const [i, label] of labels.entries()) {
    const z = Math.floor(i / (shape[1] * shape[2])) + chain.halo[0];
    const y = (Math.floor(i / shape[2]) % shape[1]) + chain.halo[1];
    values[(z * whole[1] + y) * whole[2] + (i % shape[2]) + chain.halo[2]] = label;
  }
  return { channels: 1, shape: whole, values, mask: new Uint8Array(values.length).fill(1) };
}

function expectLike(transform: TargetTransform, wanted: readonly number[], tolerance: number): void {
  const spec = { scale: fixture.voxelSizeNm, dtype: "float32" } as const;
  const array = { ...targetArray(fixture.shape, spec), channels: ["cell"], exclusive: [[]] };
  const chain = chainOf(array, transform);
  const { data, mask } = transformTarget(inBackground(chain), chain);
  expect(mask).not.toContain(0);
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(data[i]! - value)), 0);
  expect(data).toHaveLength(wanted.length);
  expect(worst).toBeLessThanOrEqual(tolerance);
}

test("local shape descriptors are those of SciPy's filters", () => {
  expectLike(targets.lsd({ sigmaNm: fixture.sigmaNm }), fixture.descriptors, 5e-6);
});

test("signed distances of the patch alone are SciPy's", () => {
  expectLike(targets.signedDistance({ haloNm: 0 }), fixture.distance, 1e-3);
});
