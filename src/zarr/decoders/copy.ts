/** The two copies that every Lempel-Ziv decoder makes; the caller has checked all bounds. */

/** Below this length a loop is faster than a call into the engine. */
const LOOP_BYTES = 24;

/** Copies `length` bytes from one array to another. */
export function copyRun(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  length: number,
): void {
  if (length > LOOP_BYTES) target.set(source.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) target[to + i] = source[from + i]!;
}

/** Repeats what was written `distance` bytes before; the run may overlap itself. */
export function copyMatch(target: Uint8Array, to: number, distance: number, length: number): void {
  const from = to - distance;
  if (length <= LOOP_BYTES) {
    for (let i = 0; i < length; i++) target[to + i] = target[from + i]!;
  } else if (distance === 1) {
    target.fill(target[from]!, to, to + length);
  } else {
    // Each turn doubles what is there to copy from.
    for (let done = 0, step = distance; done < length; step = distance + done) {
      const count = Math.min(step, length - done);
      target.copyWithin(to + done, from, from + count);
      done += count;
    }
  }
}
