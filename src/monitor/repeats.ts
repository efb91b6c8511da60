/** How often bricks come again that were there before: what a larger budget would have kept. */

/** Keys that are remembered, the latest. */
const maxKeys = 65_536;

export class Repeats {
  /** In the order of last use, the oldest first. */
  readonly #keys = new Set<string>();
  #total = 0;
  #repeated = 0;

  add(key: string): void {
    this.#total++;
    if (this.#keys.delete(key)) this.#repeated++;
    this.#keys.add(key);
    if (this.#keys.size <= maxKeys) return;
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest);
      return;
    }
  }

  get total(): number {
    return this.#total;
  }

  get repeated(): number {
    return this.#repeated;
  }
}
