/** Which members of a combination hold which classes: known to be present, not merely annotated. */
import { linkedController } from "../abort.js";
import type { StoredImage } from "../engine/arrays.js";
import type { Engine } from "../engine/engine.js";
import { VoxelfeedError } from "../errors.js";
import { elementCount } from "../math/vec.js";
import type { Member } from "./members.js";

/**
 * Per class, the members that hold at least one voxel of it: by the counts in the annotation's metadata where it has
 * them, else by looking for one in the stored labels.
 *
 * @param wanted undefined: every class that any member holds
 * @throws VoxelfeedError `empty-selection` naming the classes that no member holds; what reading throws
 */
export async function classHolders(
  members: readonly Member[],
  classes: readonly string[],
  wanted: readonly string[] | undefined,
  engine: Engine,
  signal: AbortSignal,
): Promise<number[][]> {
  const names = wanted ?? classes;
  const held: boolean[][] = [];
  for (const { dataset } of members) {
    // Member by member, so that what is under way stays bounded however many crops there are.
    held.push(
      await Promise.all(
        names.map(async (name) => {
          const images = new Set(
            dataset.crops.map((crop) => crop.classImages[crop.classes.indexOf(name)] ?? null),
          );
          const present = [...images].map((image) => image !== null && isPresent(image, engine, signal));
          return (await Promise.all(present)).includes(true);
        }),
      ),
    );
  }
  const holders = names.map((_, i) => held.flatMap((has, member) => (has[i] ? [member] : [])));
  const missing = names.filter((_, i) => holders[i]!.length === 0);
  const tolerated = wanted === undefined ? names.length - 1 : 0;
  if (missing.length > tolerated) throw nobody(missing);
  return holders.filter((list) => list.length > 0);
}

async function isPresent(image: StoredImage, engine: Engine, signal: AbortSignal): Promise<boolean> {
  const { annotation, levels } = image.meta;
  const { complementCounts, absent, unknown } = annotation;
  if (complementCounts !== null) {
    return elementCount(levels[0]!.shape) > complementCounts.absent + complementCounts.unknown;
  }
  const { controller, unlink } = linkedController(signal);
  const found = { any: false };
  try {
    await engine.labels.count(image, {
      codes: { absent, unknown },
      signal: controller.signal,
      onBrick: ({ present }) => {
        found.any ||= present.some((count) => count > 0);
        // One voxel is enough.
        if (found.any) controller.abort();
      },
    });
  } catch (error) {
    if (!found.any) throw error;
  } finally {
    unlink();
  }
  return found.any;
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
