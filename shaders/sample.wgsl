// Coordinates, taps and stored values. Binding-free. Twin: src/cpu/sample.ts.
//
//   v = base + matrix · k + offset          voxel coordinate of output voxel k; voxel centres are integers
//   inside: -0.5 <= v <= n - 0.5            on all axes, at the output voxel's centre
//   nearest: floor(v + 0.5);  linear: the eight voxels around v;  taps are clamped to [0, n - 1]
//
// `base` is an integer and the rest is as small as the patch, so float32 keeps sub-voxel precision in a
// volume of any size. Every vector is z, y, x in that order: `.x` is z.
//
// Stored dtypes (`SOURCE`): a raw voxel is two words; narrow integers are extended to 32 bits in the first,
// 64-bit ones are low and high word, floats are their bits.

override SOURCE: u32 = 0u;
// Whether the volume goes on beyond its faces as its mirror image, so that every voxel is inside.
override REFLECT: bool = false;

const UINT8 = 0u;
const INT8 = 1u;
const UINT16 = 2u;
const INT16 = 3u;
const FLOAT16 = 4u;
const UINT32 = 5u;
const INT32 = 6u;
const FLOAT32 = 7u;
const UINT64 = 8u;
const INT64 = 9u;

// A voxel coordinate as the integer voxel at or below it and the rest in [0, 1).
struct Coordinate {
  cell: vec3i,
  fraction: vec3f,
}

fn coordinate(base: vec3i, local: vec3f) -> Coordinate {
  let cell = floor(local);
  return Coordinate(base + vec3i(cell), local - cell);
}

// Compares without adding an integer to a fraction, which would round far from the origin.
fn is_inside(at: Coordinate, shape: vec3i) -> bool {
  if (REFLECT) {
    return true;
  }
  let above = (at.cell >= vec3i(0)) | ((at.cell == vec3i(-1)) & (at.fraction >= vec3f(0.5)));
  let below = (at.cell < shape - 1) | ((at.cell == shape - 1) & (at.fraction <= vec3f(0.5)));
  return all(above & below);
}

// The voxel that stands at v: clamped to the volume, or its mirror image d c b a | a b c d | d c b a.
fn tap_voxel(v: vec3i, shape: vec3i) -> vec3u {
  if (REFLECT) {
    let period = 2 * shape;
    let within = ((v % period) + period) % period;
    return vec3u(min(within, period - 1 - within));
  }
  return vec3u(clamp(v, vec3i(0), shape - 1));
}

fn nearest_voxel(at: Coordinate, shape: vec3i) -> vec3u {
  let rounded = at.cell + select(vec3i(0), vec3i(1), at.fraction >= vec3f(0.5));
  return tap_voxel(rounded, shape);
}

// Takes nothing from a tap of weight 0, and keeps two equal taps as they are, infinities included.
fn blend(a: f32, b: f32, weight: f32) -> f32 {
  if (SOURCE != FLOAT16 && SOURCE != FLOAT32) {
    return a + (b - a) * weight;
  }
  return select(a + (b - a) * weight, a, weight == 0.0 || a == b);
}

// Taps in the order zyx = 000, 001, 010, 011 | 100, 101, 110, 111.
fn trilinear(low: vec4f, high: vec4f, weight: vec3f) -> f32 {
  let below = blend(blend(low.x, low.y, weight.z), blend(low.z, low.w, weight.z), weight.y);
  let above = blend(blend(high.x, high.y, weight.z), blend(high.z, high.w, weight.z), weight.y);
  return blend(below, above, weight.x);
}

// Where sample j of n lies in an output voxel, in output voxels from its centre.
fn sample_shift(j: vec3u, n: vec3u) -> vec3f {
  return (vec3f(j) + 0.5) / vec3f(n) - 0.5;
}

// Not unpack2x16float: an implementation may flush its subnormals.
fn half_to_float(bits: u32) -> f32 {
  let exponent = (bits >> 10u) & 31u;
  let mantissa = bits & 0x3ffu;
  let sign = (bits & 0x8000u) << 16u;
  if (exponent == 0u) {
    return select(1.0, -1.0, sign != 0u) * f32(mantissa) * 5.9604644775390625e-8;
  }
  let wide = select((exponent + 112u) << 23u, 0x7f800000u, exponent == 31u);
  return bitcast<f32>(sign | wide | (mantissa << 13u));
}

// Rounded once, whatever the implementation's own conversion does beyond 24 bits.
fn word_to_float(word: u32) -> f32 {
  return f32(word >> 16u) * 65536.0 + f32(word & 0xffffu);
}

fn signed_to_float(word: u32) -> f32 {
  let negative = (word >> 31u) == 1u;
  return select(1.0, -1.0, negative) * word_to_float(select(word, ~word + 1u, negative));
}

fn wide_to_float(low: u32, high: u32, negative: bool) -> f32 {
  // Two's complement by hand, so that small negative numbers do not cancel.
  let l = select(low, ~low + 1u, negative);
  let h = select(high, ~high + select(0u, 1u, low == 0u), negative);
  return (word_to_float(h) * 4294967296.0 + word_to_float(l)) * select(1.0, -1.0, negative);
}

fn number_of(raw: vec2u) -> f32 {
  switch SOURCE {
    case INT8, INT16: { return f32(bitcast<i32>(raw.x)); }
    case INT32: { return signed_to_float(raw.x); }
    case UINT32: { return word_to_float(raw.x); }
    case FLOAT16: { return half_to_float(raw.x); }
    case FLOAT32: { return bitcast<f32>(raw.x); }
    case UINT64: { return wide_to_float(raw.x, raw.y, false); }
    case INT64: { return wide_to_float(raw.x, raw.y, (raw.y >> 31u) == 1u); }
    default: { return f32(raw.x); }
  }
}

// The voxel within a word: `lane` counts 8- or 16-bit voxels from the word's low end.
fn unpack_lane(word: u32, lane: u32) -> u32 {
  if (SOURCE == UINT8) {
    return extractBits(word, lane * 8u, 8u);
  }
  if (SOURCE == INT8) {
    return bitcast<u32>(extractBits(bitcast<i32>(word), lane * 8u, 8u));
  }
  if (SOURCE == INT16) {
    return bitcast<u32>(extractBits(bitcast<i32>(word), lane * 16u, 16u));
  }
  return extractBits(word, lane * 16u, 16u);
}
