// Values to the bits of an output element. Binding-free. Twin: src/cpu/store.ts.
//
// Output dtypes (`OUTPUT`): integers round by floor(v + 0.5) and saturate, NaN becoming 0; float16 rounds to
// nearest even. Packed dtypes give their bits in the low end of the word.

override OUTPUT: u32 = 0u;

const OUT_FLOAT32 = 0u;
const OUT_FLOAT16 = 1u;
const OUT_UINT8 = 2u;
const OUT_INT32 = 3u;
const OUT_UINT32 = 4u;

// Not pack2x16float: its rounding and its overflow are the implementation's choice.
fn float_to_half(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let sign = (bits >> 16u) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) {
    return sign | 0x7e00u;
  }
  if (magnitude >= 0x477ff000u) {
    return sign | 0x7c00u;
  }
  if (magnitude >= 0x38800000u) {
    return sign | ((magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13u) & 1u)) >> 13u);
  }
  if (magnitude <= 0x33000000u) {
    return sign;
  }
  let shift = 126u - (magnitude >> 23u);
  let mantissa = (magnitude & 0x7fffffu) | 0x800000u;
  let kept = mantissa >> shift;
  let rest = mantissa & ((1u << shift) - 1u);
  let tie = 1u << (shift - 1u);
  return sign | (kept + select(0u, 1u, rest > tie || (rest == tie && (kept & 1u) == 1u)));
}

fn is_nan(value: f32) -> bool {
  // By its bits: an implementation may take it that arithmetic never meets NaN.
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

fn round_half_up(value: f32) -> f32 {
  // From 2^23 on every float32 is an integer, and adding a half would round to another one.
  return select(floor(value + 0.5), value, abs(value) >= 8388608.0);
}

fn encode_float(value: f32) -> u32 {
  if (OUTPUT == OUT_FLOAT32) {
    return bitcast<u32>(value);
  }
  if (OUTPUT == OUT_FLOAT16) {
    return float_to_half(value);
  }
  if (is_nan(value)) {
    return 0u;
  }
  let rounded = round_half_up(value);
  if (OUTPUT == OUT_UINT8) {
    return u32(clamp(rounded, 0.0, 255.0));
  }
  if (OUTPUT == OUT_INT32) {
    if (rounded >= 2147483648.0) {
      return 0x7fffffffu;
    }
    return bitcast<u32>(i32(max(rounded, -2147483648.0)));
  }
  if (rounded >= 4294967296.0) {
    return 0xffffffffu;
  }
  return u32(max(rounded, 0.0));
}

// A stored voxel, not interpolated: integers and equal dtypes never pass through float32.
fn encode_raw(raw: vec2u) -> u32 {
  let same_float = (SOURCE == FLOAT32 && OUTPUT == OUT_FLOAT32) || (SOURCE == FLOAT16 && OUTPUT == OUT_FLOAT16);
  if (same_float) {
    return raw.x;
  }
  if (OUTPUT == OUT_UINT8 || OUTPUT == OUT_INT32 || OUTPUT == OUT_UINT32) {
    if (SOURCE == UINT8 || SOURCE == UINT16 || SOURCE == UINT32) {
      return min(raw.x, select(select(0x7fffffffu, 0xffu, OUTPUT == OUT_UINT8), 0xffffffffu, OUTPUT == OUT_UINT32));
    }
    if (SOURCE == INT8 || SOURCE == INT16 || SOURCE == INT32) {
      let value = bitcast<i32>(raw.x);
      let low = select(0, i32(-2147483647 - 1), OUTPUT == OUT_INT32);
      return bitcast<u32>(clamp(value, low, select(0x7fffffff, 255, OUTPUT == OUT_UINT8)));
    }
  }
  return encode_float(number_of(raw));
}
