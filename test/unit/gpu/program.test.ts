import { describe, expect, it } from "vitest";
import { type PointWork, packProgram, programSource, slotsOf } from "../../../src/gpu/program.js";
import { ProgramCatalog } from "../../../src/gpu/program-catalog.js";
import type { PointOp } from "../../../src/plan/values.js";

const box = (z: number): PointOp => ({ name: "box", p: [z, 0, 0, z + 1, 9, 9, 0, 0.5] });
const work = (ops: readonly PointOp[]): PointWork => ({
  ops,
  noise: { seed: 2 ** 33 + 5, epoch: 1, sample: 7, array: 0, channel: 2 },
  origin: [-1, 0, 3],
  patchShape: [9, 9, 9],
  halo: [1, 0, 0],
});

describe("slots", () => {
  it("are the operations in their order, once where they come in a row", () => {
    const ops: PointOp[] = [
      { name: "affine", p: [2, 1] },
      box(1),
      box(2),
      { name: "contrast", p: [0, 2], statistic: 1 },
      { name: "contrast", p: [0, 2] },
    ];
    expect(slotsOf(ops)).toEqual(["affine", "box", "contrast!", "contrast"]);
  });
});

describe("packProgram", () => {
  it("counts the operations of each slot and says where they are; slots without one have count 0", () => {
    const ops = [box(1), box(2), { name: "contrast", p: [0, 2], statistic: 1 } as const];
    const slots = ["affine", "box", "clip", "contrast!"] as const;
    const words = packProgram(work(ops), slots, null);
    const floats = new Float32Array(words.buffer);
    const place = (slot: number) => [words[21 + 2 * slot]!, words[22 + 2 * slot]!] as const;
    expect(slots.map((_, slot) => place(slot)[0])).toEqual([0, 2, 0, 1]);
    const [, boxes] = place(1);
    expect([...floats.subarray(boxes, boxes + 3)]).toEqual([1, 0, 0]);
    expect([...floats.subarray(boxes + 8, boxes + 12)]).toEqual([2, 0, 0, 3]);
    const [, contrast] = place(3);
    expect([floats[contrast], floats[contrast + 1], words[contrast + 2]]).toEqual([0, 2, 1]);
    expect(words).toHaveLength(contrast + 3);
    expect(new Int32Array(words.buffer)[0]).toBe(-1);
    expect([words[9], words[10]]).toEqual([5, 2]);
  });
});

describe("programSource", () => {
  it("calls each slot's operation as often as the program says", () => {
    const source = programSource(["affine", "box"]);
    expect(source).toContain("n < program_word(21u)");
    expect(source).toContain("affine_op(v, a, b)");
    expect(source).toContain("program_word(24u) + n * 8u");
    expect(source.match(/box_op/g)).toHaveLength(1);
  });
});

describe("ProgramCatalog", () => {
  it("gives the same program to samples that leave transforms out", () => {
    const catalog = new ProgramCatalog();
    const all = catalog.covering(["affine", "gamma", "noise", "clip"]);
    expect(catalog.covering(["affine", "clip"])).toBe(all);
    expect(catalog.covering(["noise"])).toBe(all);
    expect(catalog.covering([])).toBe(all);
  });

  it("joins what is new with what was there, so that one program soon holds every order seen", () => {
    const catalog = new ProgramCatalog();
    catalog.covering(["affine", "clip"]);
    expect(catalog.covering(["affine", "noise"])).toEqual(["affine", "clip", "noise"]);
    expect(catalog.covering(["affine", "clip"])).toEqual(["affine", "clip"]);
    expect(catalog.covering(["clip", "noise"])).toEqual(["affine", "clip", "noise"]);
  });

  it("compiles few programs for lists that skip transforms by chance", () => {
    const list = ["affine", "gamma", "noise", "box", "spot", "speckle", "bias", "clip"] as const;
    const catalog = new ProgramCatalog();
    const programs = new Set<unknown>();
    for (let mask = 0; mask < 256; mask++) {
      // Subsets in a scattered order.
      const bits = (mask * 151) % 256;
      const needed = list.filter((_, i) => (bits >> i) & 1);
      const program = catalog.covering(needed);
      programs.add(program);
      let at = 0;
      for (const slot of program) if (slot === needed[at]) at++;
      expect(at).toBe(needed.length);
    }
    expect(programs.size).toBeLessThanOrEqual(12);
  });
});
