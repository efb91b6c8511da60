/** The sizes that the README states: what is measured is not more, and not so much less that they mislead. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { compressedSizes, root } from "../../scripts/bundle.mjs";

const readme = readFileSync(resolve(root, "README.md"), "utf8");

/** The row of the table of sizes that begins with these words, in bytes. */
function stated(row: string): { atOnce: number; reading: number; later: number } {
  const line = readme.split("\n").find((text) => text.startsWith(`| ${row} |`));
  const [atOnce, reading, later] = line!
    .split("|")
    .slice(2)
    .map((cell) => Number.parseFloat(cell) * 1000);
  return { atOnce: atOnce!, reading: reading!, later: later! };
}

it.each([
  ["`voxelfeed`, all of it", "index", undefined],
  ["of it, `openDataset` and `createLoader`", "train", "test/package/pages/train.ts"],
  ["of it, `openImage`", "open-image", "test/package/pages/open-image.ts"],
  ["`voxelfeed/monitor`", "monitor", undefined],
  ["the worker; to render on the CPU", "chunk.worker", undefined],
])("%s", async (row, name, source) => {
  const limits = stated(row);
  const { atOnce, reading, later } = await compressedSizes(name, source);
  console.log(`${row}: ${atOnce} bytes at once, ${reading} for the first read, ${later} later`);
  for (const [bytes, limit] of [
    [atOnce, limits.atOnce],
    [reading, limits.reading],
    [later, limits.later],
  ] as const) {
    expect(bytes).toBeLessThanOrEqual(limit);
    expect(bytes).toBeGreaterThanOrEqual(limit * 0.85);
  }
});
