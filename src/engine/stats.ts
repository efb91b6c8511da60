/** Plain counters of one engine; a snapshot is what `stats()` returns. */

/** Times are sums over all workers, so they may exceed the time that passed. */
export interface EngineCounters {
  /** Chunks asked of the store (not of the disk tier), found or not. */
  chunkLoads: number;
  missingChunks: number;
  /** Chunks that no checksum vouches for: neither one of their codecs' nor an integrity manifest's. */
  unverifiedChunks: number;
  /** Bytes of chunks as stored (compressed). */
  encodedBytes: number;
  /** Chunks found in the disk tier; nothing was fetched for them. */
  diskHits: number;
  /** Bricks that a read found decoded in the worker that rendered it. */
  memoryHits: number;
  /** Bricks copied from one worker to another. */
  sharedBricks: number;
  evictedBricks: number;
  /** Bricks that a read found on the GPU. */
  gpuHits: number;
  uploadedBytes: number;
  /** GPU devices that were lost, ours or the page's. */
  lostDevices: number;
  /** How often the GPU was out of memory: bricks got half of their room then, or the CPU took over (see `backend`). */
  gpuOutOfMemory: number;
  /** Patches rendered. */
  reads: number;
  voxels: number;
  diskMs: number;
  readMs: number;
  decodeMs: number;
  renderMs: number;
}

export function newCounters(): EngineCounters {
  return {
    chunkLoads: 0,
    missingChunks: 0,
    unverifiedChunks: 0,
    encodedBytes: 0,
    diskHits: 0,
    memoryHits: 0,
    sharedBricks: 0,
    evictedBricks: 0,
    gpuHits: 0,
    uploadedBytes: 0,
    lostDevices: 0,
    gpuOutOfMemory: 0,
    reads: 0,
    voxels: 0,
    diskMs: 0,
    readMs: 0,
    decodeMs: 0,
    renderMs: 0,
  };
}
