/**
 * Fetches ranges of one object that lie close together, and are asked for together, as one range.
 *
 * Chunks of a shard that a patch needs often are neighbours in it: one request of a few of them costs little more
 * than one of them.
 */
import { raceAbort } from "../abort.js";
import { isVoxelfeedError } from "../errors.js";
import { KiB, MiB } from "../math/bytes.js";
import { SharedAbort } from "../shared-abort.js";
import type { CoalesceOptions } from "../types.js";
import type { ByteRange, ByteStore, GetOptions } from "./byte-store.js";

type Span = Extract<ByteRange, { offset: number }>;

interface Asked {
  readonly span: Span;
  readonly options: GetOptions;
  readonly resolve: (part: Promise<Uint8Array | undefined>) => void;
}

/** How long a range waits for neighbours, in milliseconds. */
const windowMs = 1;

/** A store whose `getRange` merges; aborting one caller's part leaves the others theirs. */
export function coalesceRanges(store: ByteStore, options: CoalesceOptions = {}): ByteStore {
  const { gapBytes = 32 * KiB, maxBytes = 8 * MiB } = options;
  const waiting = new Map<string, Asked[]>();

  function flush(path: string): void {
    const asked = waiting.get(path)!.filter(({ options: { signal } }) => !signal?.aborted);
    waiting.delete(path);
    for (const group of groupSpans(asked, gapBytes, maxBytes)) fetchGroup(store, path, group);
  }

  return {
    ...store,
    async getRange(path, range, part = {}) {
      if ("suffixLength" in range || range.length === 0) return await store.getRange(path, range, part);
      part.signal?.throwIfAborted();
      const answer = new Promise<Uint8Array | undefined>((resolve) => {
        const asked: Asked = { span: range, options: part, resolve };
        const others = waiting.get(path);
        if (others !== undefined) others.push(asked);
        else {
          waiting.set(path, [asked]);
          setTimeout(() => flush(path), windowMs);
        }
      });
      return await raceAbort(answer, part.signal);
    },
  };
}

/** Groups in order of offset; a new one begins where the hole or the length would be too large. */
export function groupSpans<T extends { readonly span: Span }>(
  asked: readonly T[],
  gapBytes: number,
  maxBytes: number,
): T[][] {
  const groups: T[][] = [];
  let start = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const item of [...asked].sort((a, b) => a.span.offset - b.span.offset)) {
    const { offset, length } = item.span;
    const until = Math.max(end, offset + length);
    if (offset - end > gapBytes || until - start > maxBytes) {
      groups.push([item]);
      start = offset;
      end = offset + length;
    } else {
      groups.at(-1)!.push(item);
      end = until;
    }
  }
  return groups;
}

/** One request for all; it is cancelled when the last of them has left. */
function fetchGroup(store: ByteStore, path: string, group: readonly Asked[]): void {
  const start = group[0]!.span.offset;
  const end = Math.max(...group.map(({ span }) => span.offset + span.length));
  const shared = new SharedAbort();
  const versions = group.map(({ options }) => options.onVersion);
  const whole = store.getRange(
    path,
    { offset: start, length: end - start },
    {
      priority: group[0]!.options.priority,
      signal: shared.signal,
      onVersion: (version) => versions.forEach((tell) => void tell?.(version)),
    },
  );
  for (const { span, options, resolve } of group) {
    const leave = shared.join();
    const part = async (): Promise<Uint8Array | undefined> => {
      try {
        const bytes = await raceAbort(whole, options.signal);
        return bytes?.subarray(span.offset - start, span.offset - start + span.length);
      } catch (error) {
        options.signal?.throwIfAborted();
        // One entry that points beyond the shard must not spoil its neighbours.
        if (group.length === 1 || !isVoxelfeedError(error, "range")) throw error;
        return await store.getRange(path, span, options);
      } finally {
        leave(options.signal?.reason);
      }
    };
    resolve(part());
  }
}
