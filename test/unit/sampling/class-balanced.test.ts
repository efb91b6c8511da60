import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleDraws } from "../../../src/math/rng.js";
import { classBalancedOrder, leastSeenFirst } from "../../../src/sampling/class-balanced.js";
import { members } from "../../../src/sampling/members.js";
import { fitsShares, tally } from "../../helpers/chi-square.js";
import { gridDataset, joined } from "../../helpers/grid-dataset.js";

/** Per member, the classes it holds. */
function heldBy(holders: readonly (readonly number[])[], count: number): number[][] {
  return Array.from({ length: count }, (_, member) =>
    holders.flatMap((list, classIndex) => (list.includes(member) ? [classIndex] : [])),
  );
}

describe("leastSeenFirst", () => {
  it("alternates between two classes that share no crop", () => {
    const picks = leastSeenFirst([[0], [1]], [[0], [1]], 8, sampleDraws(1, 0, 0, 0));
    for (let i = 0; i < 8; i += 2) expect([...picks.slice(i, i + 2)].sort()).toEqual([0, 1]);
  });

  it("draws the crop of the rare class only, when that holds the common class too", () => {
    // Class 0 is in crops 0 and 1, class 1 in crop 1 alone: once crop 0 was drawn, crop 1 has to follow.
    const picks = leastSeenFirst([[0, 1], [1]], [[0], [0, 1]], 200, sampleDraws(2, 0, 0, 0));
    const seen = [0, 0];
    for (const [i, pick] of picks.entries()) {
      seen[0]!++;
      if (pick === 1) seen[1]!++;
      if (i > 0 && picks[i - 1] === 0) expect(pick).toBe(1);
    }
    expect(seen[1]).toBeGreaterThanOrEqual(100);
  });

  it("has shown each class at least ⌊n / classes⌋ times after n samples, whatever crops hold", () => {
    const holders = fc.array(fc.uniqueArray(fc.nat(7), { minLength: 1 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(holders, fc.nat(), (lists, seed) => {
        const held = heldBy(lists, 8);
        const picks = leastSeenFirst(lists, held, 100, sampleDraws(seed, 0, 0, 0));
        const seen = lists.map(() => 0);
        for (const [i, pick] of picks.entries()) {
          for (const classIndex of held[pick]!) seen[classIndex]!++;
          expect(Math.min(...seen)).toBeGreaterThanOrEqual(Math.floor((i + 1) / lists.length));
        }
      }),
    );
  });
});

describe("classBalancedOrder", () => {
  const dataset = joined([2, 10, 3, 5].map((length) => gridDataset({ counts: [1, 1, length] })));
  // Class 0 is in the first two crops, class 1 in the third, class 2 in the fourth.
  const holders = [[0, 1], [2], [3]];
  const order = () => classBalancedOrder(holders, members(dataset), 7);

  it("shows classes equally often, crops of a class and positions in a crop too: 100,000 draws", () => {
    const drawn = order();
    const counts = tally(20, 100_000, (i) => drawn.index(0, i));
    const inMember = members(dataset).map(({ start, length }) => counts.subarray(start, start + length));
    const sums = inMember.map((part) => part.reduce((sum, count) => sum + count, 0));
    expect(fitsShares([sums[0]! + sums[1]!, sums[2]!, sums[3]!], [1, 1, 1])).toBe(true);
    expect(fitsShares(sums, [1, 1, 2, 2])).toBe(true);
    for (const part of inMember) expect(fitsShares(part, Array(part.length).fill(1))).toBe(true);
  });

  it("is a pure function of seed, epoch and position", () => {
    const whole = order();
    const list = Array.from({ length: 3000 }, (_, i) => whole.index(2, i));
    for (const position of [2999, 0, 1024, 1023, 17, 2048]) {
      expect(order().index(2, position)).toBe(list[position]);
      expect(whole.index(2, position)).toBe(list[position]);
    }
    expect(Array.from({ length: 3000 }, (_, i) => whole.index(3, i))).not.toEqual(list);
  });
});
