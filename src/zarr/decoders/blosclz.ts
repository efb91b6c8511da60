/** blosclz, blosc's own compressor (a FastLZ). Source: blosclz.c of c-blosc 1.21. */
import { copyMatch, copyRun } from "./copy.js";

/** Farther matches carry a 16-bit distance beyond this one. */
const MAX_NEAR_DISTANCE = 8191;

/**
 * Decodes one stream so that it fills `target`.
 *
 * @throws Error when the stream holds more, less, or points outside of what it has written.
 */
export function decodeBlosclz(source: Uint8Array, target: Uint8Array): void {
  const end = source.length;
  let from = 0;
  let to = 0;
  // The first control byte keeps the format's level in its upper bits.
  let control = end > 0 ? source[from++]! & 31 : 0;
  for (;;) {
    if (control < 32) {
      const length = control + 1;
      if (from + length > end) throw new Error("the blosclz stream ends early");
      if (to + length > target.length) throw new Error("the blosclz stream holds more than its size");
      copyRun(source, from, target, to, length);
      from += length;
      to += length;
    } else {
      let length = (control >> 5) + 2;
      if (control >> 5 === 7) {
        let more = 255;
        while (more === 255) {
          if (from + 1 >= end) throw new Error("the blosclz stream ends in a length");
          more = source[from++]!;
          length += more;
        }
      }
      if (from >= end) throw new Error("the blosclz stream ends in a distance");
      const low = source[from++]!;
      let distance = ((control & 31) << 8) + low + 1;
      if (low === 255 && (control & 31) === 31) {
        if (from + 2 > end) throw new Error("the blosclz stream ends in a distance");
        distance = ((source[from]! << 8) | source[from + 1]!) + MAX_NEAR_DISTANCE + 1;
        from += 2;
      }
      if (distance > to) throw new Error("the blosclz stream points before its start");
      if (to + length > target.length) throw new Error("the blosclz stream holds more than its size");
      copyMatch(target, to, distance, length);
      to += length;
    }
    if (from >= end) break;
    control = source[from++]!;
  }
  if (to !== target.length)
    throw new Error(`the blosclz stream holds ${to} bytes instead of ${target.length}`);
}
