/** Random words to numbers. Twin: `shaders/rng.wgsl`. */

/** The middle of one of 2²⁴ equal parts of (-1, 1): an odd multiple of 2⁻²⁴, exact in float32. */
export function symmetricUniform(word: number): number {
  return (2 * (word >>> 8) + 1 - 16777216) * 5.9604644775390625e-8;
}

/**
 * The standard normal quantile of (1 + x) / 2, to about 1e-6; at most 5.42 for {@link symmetricUniform}.
 *
 * Source: Giles, "Approximating the erfinv function", GPU Computing Gems Jade Edition, 2011; times √2.
 */
export function normalOf(x: number): number {
  let w = -Math.log((1 - x) * (1 + x));
  let p: number;
  if (w < 5) {
    w -= 2.5;
    p = 2.81022636e-8;
    p = 3.43273939e-7 + p * w;
    p = -3.5233877e-6 + p * w;
    p = -4.39150654e-6 + p * w;
    p = 0.00021858087 + p * w;
    p = -0.00125372503 + p * w;
    p = -0.00417768164 + p * w;
    p = 0.246640727 + p * w;
    p = 1.50140941 + p * w;
  } else {
    w = Math.sqrt(w) - 3;
    p = -0.000200214257;
    p = 0.000100950558 + p * w;
    p = 0.00134934322 + p * w;
    p = -0.00367342844 + p * w;
    p = 0.00573950773 + p * w;
    p = -0.0076224613 + p * w;
    p = 0.00943887047 + p * w;
    p = 1.00167406 + p * w;
    p = 2.83297682 + p * w;
  }
  return p * x * Math.SQRT2;
}

/**
 * The Poisson quantile of (1 + x) / 2 for mean `rate`: by summing probabilities below 30, by the Cornish-Fisher expansion
 * of the normal quantile above, where both differ by one count at most.
 */
export function poissonOf(x: number, rate: number): number {
  if (!(rate > 0)) return 0;
  if (rate >= 30) {
    const z = normalOf(x);
    return Math.max(Math.floor(rate + Math.sqrt(rate) * z + (z * z - 1) / 6 + 0.5), 0);
  }
  const u = 0.5 + 0.5 * x;
  const most = Math.ceil(rate + 6 * Math.sqrt(rate) + 6);
  let count = 0;
  let probability = Math.exp(-rate);
  let sum = probability;
  while (u > sum && count < most) {
    count++;
    probability *= rate / count;
    sum += probability;
  }
  return count;
}
