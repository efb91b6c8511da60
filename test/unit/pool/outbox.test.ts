import { expect, it } from "vitest";
import { Outbox } from "../../../src/pool/outbox.js";
import type { Errands, LoadCall } from "../../../src/pool/protocol.js";
import { otherTasks } from "../../../src/timing/slices.js";

const load = (call: number): LoadCall => ({
  call,
  address: { array: 0, brick: [0, 0, call] },
  priority: "training",
  isFirst: true,
});

function opened() {
  const sent: { readonly errands: Errands; readonly buffers: readonly ArrayBuffer[] }[] = [];
  return { sent, outbox: new Outbox((errands, buffers) => void sent.push({ errands, buffers })) };
}

it("sends what is asked in one task in one message, and each thing once", async () => {
  const { sent, outbox } = opened();
  const [copy, encoded] = [new ArrayBuffer(8), new ArrayBuffer(4)];
  const slot = new SharedArrayBuffer(8);
  outbox.load(load(1), []);
  await Promise.resolve();
  outbox.hold("0:0,0,5", copy);
  outbox.hold("0:0,0,6", slot);
  outbox.load(load(2), [encoded]);
  expect(sent).toEqual([]);
  await otherTasks();
  await otherTasks();
  expect(sent).toHaveLength(1);
  const [{ errands, buffers }] = sent as [(typeof sent)[0]];
  expect(errands.loads.map(({ call }) => call)).toEqual([1, 2]);
  expect(errands.bricks).toEqual([
    ["0:0,0,5", copy],
    ["0:0,0,6", slot],
  ]);
  // Memory that is shared does not move.
  expect(buffers).toEqual([copy, encoded]);
});

it("sends at once when something else is to follow, and nothing again later", async () => {
  const { sent, outbox } = opened();
  outbox.flush();
  expect(sent).toEqual([]);
  outbox.drop("0:0,0,1");
  outbox.flush();
  expect(sent.map(({ errands }) => errands.bricks)).toEqual([[["0:0,0,1", null]]]);
  await otherTasks();
  await otherTasks();
  expect(sent).toHaveLength(1);
});

it("says of each brick only the last", () => {
  const { sent, outbox } = opened();
  const slot = new SharedArrayBuffer(8);
  outbox.hold("kept", slot);
  outbox.drop("kept");
  outbox.hold("kept", slot);
  outbox.hold("dropped", slot);
  outbox.drop("dropped");
  outbox.flush();
  expect(sent[0]!.errands.bricks).toEqual([
    ["kept", slot],
    ["dropped", null],
  ]);
});
