/** Seeded damage to encoded bytes. */

/** A reproducible stream of numbers in [0, 1). Source: Mulberry32, T. Ettinger. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Damage = "flip" | "truncate" | "extend" | "duplicate" | "forge" | "random" | "splice";

export const damages: readonly Damage[] = [
  "flip",
  "truncate",
  "extend",
  "duplicate",
  "forge",
  "random",
  "splice",
];

export interface Mutant {
  readonly damage: Damage;
  readonly bytes: Uint8Array;
}

/**
 * Damages a copy of some bytes in one of the listed ways.
 *
 * @param sizeFields where the format keeps sizes, as byte offsets of 32-bit numbers; a forged one is another number.
 * @param other bytes of another chunk, of which pieces may be spliced in.
 */
export function mutate(
  good: Uint8Array,
  damage: Damage,
  sizeFields: readonly number[],
  other: Uint8Array,
  random: () => number,
): Mutant {
  const whole = (limit: number) => Math.floor(random() * limit);
  const copy = good.slice();
  switch (damage) {
    case "flip":
      for (let flips = 1 + whole(8); flips > 0; flips--) copy[whole(copy.length)]! ^= 1 << whole(8);
      return { damage, bytes: copy };
    case "truncate":
      return { damage, bytes: good.slice(0, whole(good.length)) };
    case "extend": {
      const tail = new Uint8Array(1 + whole(random() < 0.5 ? 4 : 300));
      const kind = whole(3);
      // Zeros, noise, or the very bytes that the chunk ends in.
      for (let i = 0; i < tail.length; i++)
        tail[i] =
          kind === 0 ? 0 : kind === 1 ? whole(256) : good[Math.max(0, good.length - tail.length) + i]!;
      return { damage, bytes: join(good, tail) };
    }
    case "duplicate": {
      const [start, length] = [whole(good.length), 1 + whole(64)];
      const run = good.subarray(start, start + length);
      return { damage, bytes: join(good.subarray(0, start), run, good.subarray(start)) };
    }
    case "forge": {
      const view = new DataView(copy.buffer);
      const field = sizeFields[whole(sizeFields.length)]!;
      const at = field < 0 ? copy.length + field : field;
      const old = view.getUint32(at, true);
      const forged = [old + 1, old - 1, 0, 0xffffffff, 0x7fffffff, old * 2, old >>> 1, whole(2 ** 32)];
      const value = forged[whole(forged.length)]! >>> 0;
      view.setUint32(at, value === old ? value ^ 1 : value, true);
      return { damage, bytes: copy };
    }
    case "random": {
      const start = whole(good.length);
      for (let i = start; i < Math.min(copy.length, start + 1 + whole(200)); i++) copy[i] = whole(256);
      return { damage, bytes: copy };
    }
    case "splice": {
      const start = whole(good.length);
      const end = Math.min(good.length, other.length, start + 1 + whole(200));
      if (end > start) copy.set(other.subarray(start, end), start);
      return { damage, bytes: copy };
    }
  }
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
