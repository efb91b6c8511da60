// Counter-based random numbers: Philox 4x32-10, and what is made of its words. Binding-free.
// Twins: src/math/rng.ts (the block), src/math/normal.ts (the rest).
//
// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.

// The high word of a 32 x 32 bit product.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a_high = a >> 16u;
  let a_low = a & 0xffffu;
  let b_high = b >> 16u;
  let b_low = b & 0xffffu;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  let carry = (middle & 0xffffu) + a_low * b_high;
  return a_high * b_high + (middle >> 16u) + (carry >> 16u);
}

// One block: 128 random bits, a pure function of counter and key.
fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let high0 = multiply_high(0xd2511f53u, c.x);
    let high1 = multiply_high(0xcd9e8d57u, c.z);
    c = vec4u(high1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// The middle of one of 2^24 equal parts of (-1, 1): an odd multiple of 2^-24, exact in float32.
fn symmetric_uniform(word: u32) -> f32 {
  return f32(i32(2u * (word >> 8u) + 1u) - 16777216) * 5.9604644775390625e-8;
}

// The standard normal quantile of (1 + x) / 2.
// Source: Giles, "Approximating the erfinv function", GPU Computing Gems Jade Edition, 2011; times sqrt(2).
fn normal_of(x: vec4f) -> vec4f {
  let w = -log((1.0 - x) * (1.0 + x));
  let near = w - 2.5;
  var p = vec4f(2.81022636e-08);
  p = 3.43273939e-07 + p * near;
  p = -3.5233877e-06 + p * near;
  p = -4.39150654e-06 + p * near;
  p = 0.00021858087 + p * near;
  p = -0.00125372503 + p * near;
  p = -0.00417768164 + p * near;
  p = 0.246640727 + p * near;
  p = 1.50140941 + p * near;
  let far = sqrt(w) - 3.0;
  var q = vec4f(-0.000200214257);
  q = 0.000100950558 + q * far;
  q = 0.00134934322 + q * far;
  q = -0.00367342844 + q * far;
  q = 0.00573950773 + q * far;
  q = -0.0076224613 + q * far;
  q = 0.00943887047 + q * far;
  q = 1.00167406 + q * far;
  q = 2.83297682 + q * far;
  return select(q, p, w < vec4f(5.0)) * x * 1.41421356;
}

// The Poisson quantile of (1 + x) / 2 for mean `rate`: by summing probabilities below 30, by the Cornish-Fisher
// expansion of the normal quantile above, where both differ by one count at most.
fn poisson_of(x: f32, rate: f32) -> f32 {
  if (!(rate > 0.0)) {
    return 0.0;
  }
  if (rate >= 30.0) {
    let z = normal_of(vec4f(x)).x;
    return max(floor(rate + sqrt(rate) * z + (z * z - 1.0) / 6.0 + 0.5), 0.0);
  }
  let u = 0.5 + 0.5 * x;
  let most = ceil(rate + 6.0 * sqrt(rate) + 6.0);
  var count = 0.0;
  var probability = exp(-rate);
  var sum = probability;
  while (u > sum && count < most) {
    count += 1.0;
    probability *= rate / count;
    sum += probability;
  }
  return count;
}
