import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bareWgsl } from "../../../scripts/wgsl.mjs";

const shaders = join(import.meta.dirname, "../../../shaders");
const names = readdirSync(shaders).filter((name) => name.endsWith(".wgsl"));

/** Words and signs of a shader, comments apart. */
const tokens = (source: string) =>
  source
    .replace(/\/\/[^\n]*/g, " ")
    .split(/\s+/)
    .filter((token) => token !== "");

it.each(names)("%s goes into the package with all of its code and none of its comments", (name) => {
  const source = readFileSync(join(shaders, name), "utf8");
  const bare = bareWgsl(source);
  expect(source).not.toContain("/*");
  expect(bare).not.toContain("//");
  expect(tokens(bare)).toEqual(tokens(source));
  expect(bare.length).toBeLessThan(source.length);
});
