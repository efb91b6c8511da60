/** A smooth function from a table, for rows of many values. */

/**
 * Linear interpolation between equally spaced values of a function; beyond them the function itself.
 *
 * The error is at most `(range / steps)² / 8` times the largest second derivative in the range.
 */
export class Tabulated {
  readonly #exact: (x: number) => number;
  readonly #low: number;
  readonly #stepsPerUnit: number;
  readonly #steps: number;
  readonly #table: Float64Array;

  constructor(exact: (x: number) => number, [low, high]: readonly [number, number], steps: number) {
    this.#exact = exact;
    this.#low = low;
    this.#steps = steps;
    this.#stepsPerUnit = steps / (high - low);
    this.#table = Float64Array.from({ length: steps + 1 }, (_, i) => exact(low + i / this.#stepsPerUnit));
  }

  at(x: number): number {
    const place = (x - this.#low) * this.#stepsPerUnit;
    // NaN is beyond, too.
    if (!(place >= 0 && place < this.#steps)) return this.#exact(x);
    const i = place | 0;
    const value = this.#table[i]!;
    return value + (this.#table[i + 1]! - value) * (place - i);
  }
}
