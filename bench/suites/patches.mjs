/** What most suites read: 128³ patches of a volume of 512³ voxels in chunks of 64³. */

export const reads512 = {
  volume: "em-blosc-512",
  patch: [128, 128, 128],
  patches: 16,
  batchSize: 4,
  prefetch: 3,
  sampler: { kind: "uniform" },
  seed: 20,
};

/** Two whole blocks: in the middle of one, its chunks have been fetched and half of its patches are still to come. */
export const blockShuffle = { sampler: { kind: "blockShuffle" }, patches: 128 };

/** For `bench:check`: the same comparisons on a quarter of the voxels. */
export const quickPatches = { patch: [64, 64, 64], patches: 24 };
