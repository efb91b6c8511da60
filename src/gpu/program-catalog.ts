/** Which programs are compiled: few, however many transforms are skipped by chance. Pure. */
import type { ProgramSlot } from "./program.js";

/**
 * Hands out slots to compile for the slots that a sample needs. Samples of one list differ in which transforms were applied;
 * what is new is joined with what was there, so that soon one program holds all of them.
 */
export class ProgramCatalog {
  readonly #programs: (readonly ProgramSlot[])[] = [];

  /** Slots that hold the needed ones in their order: the shortest known, else new ones, which are known from now on. */
  covering(needed: readonly ProgramSlot[]): readonly ProgramSlot[] {
    const known = this.#programs
      .filter((program) => commonSlots(program, needed).length === needed.length)
      .sort((a, b) => a.length - b.length)[0];
    if (known !== undefined) return known;
    const near = this.#programs
      .map((program) => ({ program, common: commonSlots(program, needed) }))
      .sort((a, b) => b.common.length - a.common.length)[0];
    const program = near && near.common.length > 0 ? joined(near.program, needed, near.common) : needed;
    this.#programs.push(program);
    return program;
  }
}

/** The longest list of slots that both have in their order. */
function commonSlots(a: readonly ProgramSlot[], b: readonly ProgramSlot[]): ProgramSlot[] {
  // best[j] is that of a's slots from i on and b's from j on.
  let best: ProgramSlot[][] = Array.from({ length: b.length + 1 }, () => []);
  for (let i = a.length - 1; i >= 0; i--) {
    const next: ProgramSlot[][] = Array.from({ length: b.length + 1 }, () => []);
    for (let j = b.length - 1; j >= 0; j--) {
      if (a[i] === b[j]) next[j] = [a[i]!, ...best[j + 1]!];
      else next[j] = best[j]!.length >= next[j + 1]!.length ? best[j]! : next[j + 1]!;
    }
    best = next;
  }
  return best[0]!;
}

/** The shortest list that holds both in their order. */
function joined(
  a: readonly ProgramSlot[],
  b: readonly ProgramSlot[],
  common: readonly ProgramSlot[],
): ProgramSlot[] {
  const slots: ProgramSlot[] = [];
  let [i, j] = [0, 0];
  for (const slot of common) {
    while (a[i] !== slot) slots.push(a[i++]!);
    while (b[j] !== slot) slots.push(b[j++]!);
    slots.push(slot);
    i++;
    j++;
  }
  return [...slots, ...a.slice(i), ...b.slice(j)];
}
