import { expect, it } from "vitest";
import { Ledger } from "../../../src/cache/ledger.js";

it("adds parts up, keeps the peak of their sum, and tells what is left for one of them", () => {
  const ledger = new Ledger("memory", 100);
  ledger.enter("bricks", 60);
  ledger.add("rendering", 30);
  expect([ledger.bytes, ledger.roomFor("bricks"), ledger.roomFor("codecs")]).toEqual([90, 70, 10]);
  ledger.enter("bricks", 20);
  ledger.add("rendering", -30);
  ledger.enter("codecs", 40);
  expect(ledger.use).toEqual({
    bytes: 60,
    peakBytes: 90,
    maxBytes: 100,
    parts: { bricks: 20, rendering: 0, codecs: 40 },
  });
  ledger.maxBytes = 30;
  expect(ledger.roomFor("bricks")).toBe(-10);
});
