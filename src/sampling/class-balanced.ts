/**
 * The class seen least so far comes next.
 *
 * An epoch is a series of **cycles** of {@link CYCLE} samples. In a cycle, each sample takes the class that the fewest
 * samples of the cycle have seen so far (ties by lot), draws one of the crops that hold it, and every class which
 * that crop holds counts as seen. So after n samples of a cycle each class was seen at least ⌊n / classes⌋ times, and
 * a class that every crop holds anyway takes no samples from the rare ones. A crop holds a class when voxels of
 * it are known to be present; a class that is merely annotated does not count.
 *
 * A cycle is a pure function of (seed, epoch, number of the cycle): no history is needed to go on in the middle.
 */
import { type Draw, sampleDraws, streams } from "../math/rng.js";
import type { Member } from "./members.js";
import type { SampleOrder } from "./order.js";

const CYCLE = 1024;

/**
 * @param holders per class, the members that hold it: at least one each
 * @param members of the combination
 */
export function classBalancedOrder(
  holders: readonly (readonly number[])[],
  members: readonly Member[],
  seed: number,
): SampleOrder {
  const held = members.map((_, member) =>
    holders.flatMap((list, classIndex) => (list.includes(member) ? [classIndex] : [])),
  );
  let memo: { readonly epoch: number; readonly number: number; readonly picks: Uint32Array } | undefined;
  return {
    index(epoch, position) {
      const number = Math.floor(position / CYCLE);
      if (memo?.epoch !== epoch || memo.number !== number) {
        const draw = sampleDraws(seed, epoch, number, streams.shuffle);
        memo = { epoch, number, picks: leastSeenFirst(holders, held, CYCLE, draw) };
      }
      const { start, length } = members[memo.picks[position % CYCLE]!]!;
      return start + Math.floor(sampleDraws(seed, epoch, position, streams.position)() * length);
    },
  };
}

/**
 * The members of one cycle.
 *
 * @param holders per class, the members that hold it
 * @param held per member, the classes it holds
 */
export function leastSeenFirst(
  holders: readonly (readonly number[])[],
  held: readonly (readonly number[])[],
  samples: number,
  draw: Draw,
): Uint32Array {
  const seen = new Float64Array(holders.length);
  return Uint32Array.from({ length: samples }, () => {
    const fewest = Math.min(...seen);
    const least = holders.filter((_, classIndex) => seen[classIndex] === fewest);
    const list = least[Math.floor(draw() * least.length)]!;
    const member = list[Math.floor(draw() * list.length)]!;
    for (const classIndex of held[member]!) seen[classIndex]!++;
    return member;
  });
}
