import { describe, expect, it } from "vitest";
import { Repeats } from "../../../src/monitor/repeats.js";

describe("repeats", () => {
  it("counts what comes again", () => {
    const repeats = new Repeats();
    for (const key of ["a", "b", "a", "c", "a"]) repeats.add(key);
    expect([repeats.total, repeats.repeated]).toEqual([5, 2]);
  });

  it("forgets the keys that were used least recently, beyond 65,536", () => {
    const repeats = new Repeats();
    repeats.add("first");
    for (let i = 0; i < 65_536; i++) {
      if (i === 100) repeats.add("kept");
      if (i === 60_000) repeats.add("kept");
      repeats.add(`${i}`);
    }
    expect(repeats.repeated).toBe(1);
    repeats.add("first");
    expect(repeats.repeated).toBe(1);
    repeats.add("kept");
    expect(repeats.repeated).toBe(2);
  });
});
