/** A thread of the sample volume: renders slabs of planes until none is left. */
import { workerData } from "node:worker_threads";
import { renderNeuropil } from "./neuropil.mjs";

const { neuropil, slab, next, out } = workerData;
const views = {
  raw: new Uint8Array(out.raw),
  classes: new Uint8Array(out.classes),
  instances: new Uint16Array(out.instances),
};
const counter = new Int32Array(next);
for (;;) {
  const z = slab * Atomics.add(counter, 0, 1);
  if (z >= neuropil.size) break;
  renderNeuropil(neuropil, z, Math.min(z + slab, neuropil.size), views);
}
