import { describe, expect, it } from "vitest";
import { Ledger } from "../../../src/cache/ledger.js";
import { SpareMemory } from "../../../src/engine/spare-memory.js";

describe("SpareMemory", () => {
  it("gives back memory of the very size, the latest first, and keeps books", () => {
    const ledger = new Ledger("memory", 1000);
    const spare = new SpareMemory(ledger);
    const [a, b, c] = [new ArrayBuffer(100), new ArrayBuffer(60), new ArrayBuffer(60)];
    for (const buffer of [a, b, c]) spare.give(buffer);
    expect(ledger.use.parts).toEqual({ spare: 220 });
    expect(spare.take(61)).toBeUndefined();
    expect(spare.take(60)).toBe(c);
    expect(spare.take(60)).toBe(b);
    expect(ledger.bytes).toBe(100);
  });

  it("keeps half of the budget at most, and lets the oldest go", () => {
    const ledger = new Ledger("memory", 1000);
    const spare = new SpareMemory(ledger);
    for (const size of [200, 240, 250, 501]) spare.give(new ArrayBuffer(size));
    expect(ledger.bytes).toBe(490);
    expect(spare.take(200)).toBeUndefined();
    ledger.enter("bricks", 900);
    spare.give(new ArrayBuffer(80));
    expect(ledger.of("spare")).toBe(80);
  });

  it("makes way for what is used", () => {
    const ledger = new Ledger("memory", 1000);
    const spare = new SpareMemory(ledger);
    for (const size of [50, 60, 70]) spare.give(new ArrayBuffer(size));
    expect(ledger.roomFor("bricks")).toBe(1000);
    ledger.enter("bricks", 900);
    expect(ledger.use.parts).toEqual({ spare: 70, bricks: 900 });
    expect(ledger.use.peakBytes).toBe(970);
  });

  it("makes what it does not have, and clears what it has where that is asked for", () => {
    const spare = new SpareMemory(new Ledger("memory", 1000));
    spare.give(Uint8Array.of(1, 2).buffer);
    expect([...new Uint8Array(spare.takeOrMake(2, true))]).toEqual([0, 0]);
    expect([...new Uint8Array(spare.takeOrMake(2))]).toEqual([0, 0]);
    spare.give(Uint8Array.of(3, 4).buffer);
    expect([...new Uint8Array(spare.takeOrMake(2))]).toEqual([3, 4]);
  });

  it("empties what someone else still holds", () => {
    const ledger = new Ledger("memory", 1000);
    const spare = new SpareMemory(ledger);
    const held = Uint8Array.of(1, 2, 3, 4);
    spare.takeOver(held.buffer);
    expect(held).toHaveLength(0);
    spare.takeOver(held.buffer);
    expect(ledger.bytes).toBe(4);
    expect([...new Uint8Array(spare.take(4)!)]).toEqual([1, 2, 3, 4]);
  });
});
