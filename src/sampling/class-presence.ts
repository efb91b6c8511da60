/** Which members of a combination hold which classes: known to be present, not merely annotated. */
import { VoxelfeedError } from "../errors.js";
import type { Member } from "./members.js";
import type { Preparation } from "./preparation.js";

/**
 * Per class, the members that hold at least one voxel of it; see {@link Dataset.classCounts} for how that is known.
 *
 * @param wanted undefined: every class that any member holds
 * @throws VoxelfeedError `empty-selection` naming the classes that no member holds; what reading throws
 */
export async function classHolders(
  members: readonly Member[],
  classes: readonly string[],
  wanted: readonly string[] | undefined,
  { engine, signal, onProgress }: Preparation,
): Promise<number[][]> {
  const names = wanted ?? classes;
  const holders = names.map((): number[] => []);
  for (const [member, { dataset }] of members.entries()) {
    const progress = (done: number): void => onProgress((member + done) / members.length);
    const counts = await dataset.classCounts({ engine, signal, onProgress: progress });
    for (const [i, name] of names.entries()) {
      if ((counts[name]?.foreground.voxels ?? 0) > 0) holders[i]!.push(member);
    }
  }
  const missing = names.filter((_, i) => holders[i]!.length === 0);
  const tolerated = wanted === undefined ? names.length - 1 : 0;
  if (missing.length > tolerated) throw nobody(missing);
  return holders.filter((list) => list.length > 0);
}

function nobody(missing: readonly string[]): VoxelfeedError {
  const names = missing.map((name) => `"${name}"`).join(", ");
  return new VoxelfeedError(
    "empty-selection",
    `No crop holds a voxel of class ${names}: there is nothing to balance. Leave out of sampler.classes what is ` +
      "nowhere present, or add crops that hold it.",
    { path: "sampler.classes" },
  );
}
