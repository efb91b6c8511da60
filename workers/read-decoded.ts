/** Reads a chunk and decodes it; what does not decode was perhaps damaged on its way, and is fetched again. */
import { linkedController } from "../src/abort.js";
import { isVoxelfeedError } from "../src/errors.js";
import type { DecodedBrick } from "../src/zarr/codecs.js";
import { Countdown } from "../src/zarr/countdown.js";
import { maxWrongAnswers } from "../src/zarr/retry.js";

export interface ChunkSteps {
  /** @param isFresh whether nothing that is kept may be trusted */
  readonly read: (isFresh: boolean, signal: AbortSignal) => Promise<Uint8Array | undefined>;
  readonly decode: (encoded: Uint8Array) => Promise<DecodedBrick>;
  /** How long a damaged chunk may be fetched again, from the beginning, milliseconds; 0: it is read once. */
  readonly refetchMs: number;
  readonly signal: AbortSignal;
}

export interface DecodedChunk {
  /** `undefined`: the chunk is not stored. */
  readonly encoded: Uint8Array | undefined;
  readonly result: DecodedBrick | undefined;
  readonly readMs: number;
  readonly decodeMs: number;
}

/** @throws what the last try threw: `decode` for a chunk that stays damaged */
export async function readDecoded(steps: ChunkSteps): Promise<DecodedChunk> {
  const { read, decode, refetchMs, signal } = steps;
  const { controller, unlink } = linkedController(signal);
  let damage: unknown;
  let isOver = refetchMs === 0;
  const limit = new Countdown(refetchMs, () => {
    isOver = true;
    if (damage !== undefined) controller.abort(damage);
  });
  try {
    for (let turn = 1; ; turn++) {
      const start = performance.now();
      try {
        const encoded = await read(turn > 1, controller.signal);
        const readMs = performance.now() - start;
        const result = encoded && (await decode(encoded));
        return { encoded, result, readMs, decodeMs: performance.now() - start - readMs };
      } catch (error) {
        if (!isVoxelfeedError(error, "decode")) throw error;
        if (isOver || turn === maxWrongAnswers) throw Object.assign(error, { attempts: turn });
        damage = error;
      }
    }
  } finally {
    limit.stop();
    unlink();
  }
}
