/** 3,000 batches of a volume of 64 GiB: whether memory stays as it is over the last 2,000, once everything has warmed up. */
import { reads512 } from "./patches.mjs";

const MiB = 2 ** 20;
const settings = {
  ...reads512,
  volume: "em-blosc-4096",
  patch: [32, 32, 32],
  patches: 3000,
  batchSize: 1,
  budget: { memory: 32 * MiB, gpu: 32 * MiB, disk: 0 },
};

/** @type {import("./suite.mjs").Suite} */
export const soak = {
  name: "soak",
  title: "Growth of the browser's memory over 2,000 batches, after the first 1,000",
  unit: "% per 1,000 batches",
  measure: "soak",
  freshBrowser: true,
  contenders: ["voxelfeed-cpu"],
  reference: "voxelfeed-cpu",
  verified: false,
  quick: { patches: 400 },
  cases: [
    { name: "from the network", settings },
    {
      name: "from the network, disk cache full",
      settings: { ...settings, budget: { ...settings.budget, disk: 64 * MiB } },
    },
    {
      name: "WebGPU on a software adapter",
      contenders: ["voxelfeed-webgpu"],
      reference: "voxelfeed-webgpu",
      settings,
    },
  ],
  targets: [
    { case: "from the network", contender: "voxelfeed-cpu", atMost: 1 },
    { case: "from the network, disk cache full", contender: "voxelfeed-cpu", atMost: 1 },
    { case: "WebGPU on a software adapter", contender: "voxelfeed-webgpu", atMost: 1 },
  ],
};
