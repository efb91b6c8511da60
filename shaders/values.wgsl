// Point operations on values, interpreted from a program. Follows rng.wgsl and encode.wgsl; `program_word` and
// `statistic` are the including shader's. Formulas: src/plan/values.ts. Twin: src/cpu/values/points.ts.
//
// A program is a header and operations of (code, statistic + 1 or 0, number of parameters, parameters as float32).
// Header, src/gpu/program.ts: operations; first voxel in the patch (z, y, x); patch shape; halo; seed (low, high);
// sample (low, high with array); epoch and stream; channel; first voxel in the stage; stage shape.

const HEADER_WORDS = 22u;

const OP_RANGE = 0u;
const OP_AFFINE = 1u;
const OP_CONTRAST = 2u;
const OP_GAMMA = 3u;
const OP_CLIP = 4u;
const OP_REPLACE = 5u;
const OP_QUANTIZE = 6u;
const OP_THRESHOLD = 7u;
const OP_NOISE = 8u;
const OP_SPECKLE = 9u;
const OP_POISSON = 10u;
const OP_BOX = 11u;
const OP_SPOT = 12u;
const OP_BIAS = 13u;

fn program_vector(i: u32) -> vec3u {
  return vec3u(program_word(i), program_word(i + 1u), program_word(i + 2u));
}

fn parameter(i: u32) -> f32 {
  return bitcast<f32>(program_word(i));
}

fn parameters(i: u32) -> vec3f {
  return bitcast<vec3f>(program_vector(i));
}

// The uniform number of a patch voxel for the operation in a slot; see `noiseWords` in src/plan/values.ts.
fn noise_uniform(voxel: vec3i, slot: u32) -> f32 {
  let shape = vec3i(program_vector(4u));
  let halo = vec3i(program_vector(7u));
  let beyond = any(voxel < vec3i(0)) || any(voxel >= shape);
  let at = vec3u(select(voxel, voxel + halo, beyond));
  let grid = vec3u(select(shape, shape + 2 * halo, beyond));
  let element = ((program_word(15u) * grid.x + at.x) * grid.y + at.y) * grid.z + at.z;
  let high = program_word(13u) + (slot << 22u) + select(0u, 1u << 21u, beyond);
  let counter = vec4u(element >> 2u, program_word(12u), high, program_word(14u));
  let words = philox(counter, vec2u(program_word(10u), program_word(11u)));
  return symmetric_uniform(words[element & 3u]);
}

fn in_box(voxel: vec3f, p: u32) -> bool {
  return all(voxel >= parameters(p)) && all(voxel < parameters(p + 3u));
}

fn legendre(x: f32) -> vec4f {
  return vec4f(1.0, x, 1.5 * x * x - 0.5, (2.5 * x * x - 1.5) * x);
}

fn bias_exponent(voxel: vec3f, p: u32) -> f32 {
  let at = (2.0 * voxel + 1.0) / vec3f(program_vector(4u)) - 1.0;
  let z = legendre(at.x);
  let y = legendre(at.y);
  let x = legendre(at.z);
  var sum = 0.0;
  var next = p;
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; i + j < 4u; j++) {
      for (var k = 0u; i + j + k < 4u; k++) {
        sum += parameter(next) * z[i] * y[j] * x[k];
        next++;
      }
    }
  }
  return sum;
}

fn replaced(v: f32, p: vec3f) -> f32 {
  // By its bits: an implementation may take it that arithmetic never meets NaN or infinity.
  let magnitude = bitcast<u32>(v) & 0x7fffffffu;
  if (magnitude > 0x7f800000u) {
    return p.x;
  }
  return select(v, select(p.y, p.z, (bitcast<u32>(v) >> 31u) == 1u), magnitude == 0x7f800000u);
}

fn gamma_corrected(v: f32, lo: f32, hi: f32, exponent: f32) -> f32 {
  if (hi == lo) {
    return v;
  }
  let share = max((v - lo) / (hi - lo), 0.0);
  return lo + (hi - lo) * select(pow(share, exponent), 0.0, share == 0.0);
}

// The operations of this thread's program on the value of its voxel k.
fn apply_values(value: f32, k: vec3u) -> f32 {
  let voxel = vec3i(k) + vec3i(program_vector(1u));
  let place = vec3f(voxel);
  var v = value;
  var at = HEADER_WORDS;
  for (var i = 0u; i < program_word(0u); i++) {
    let code = program_word(at);
    let source = program_word(at + 1u);
    let size = program_word(at + 2u);
    let p = at + 3u;
    at = p + size;
    // The first two parameters, or the figures of the patch that stand for them.
    var a = parameter(p);
    var b = parameter(p + 1u);
    if (source > 0u) {
      a = statistic(2u * (source - 1u));
      b = select(statistic(2u * (source - 1u) + 1u), b, code == OP_CONTRAST);
    }
    switch code {
      case OP_RANGE: { v = select((v - a) / (b - a), 0.0, a == b); }
      case OP_AFFINE: { v = a * v + b; }
      case OP_CONTRAST: { v = a + b * (v - a); }
      case OP_GAMMA: { v = gamma_corrected(v, a, b, parameter(p + 2u)); }
      case OP_CLIP: { v = min(max(v, a), b); }
      case OP_REPLACE: { v = replaced(v, parameters(p)); }
      case OP_QUANTIZE: { v = floor(min(max(v, 0.0), 1.0) * (a - 1.0) + 0.5) / (a - 1.0); }
      case OP_THRESHOLD: { v = select(0.0, 1.0, v > a); }
      case OP_NOISE: { v += a + b * normal_of(noise_uniform(voxel, u32(parameter(p + 2u)))); }
      case OP_SPECKLE: { v *= 1.0 + a * normal_of(noise_uniform(voxel, u32(b))); }
      case OP_POISSON: { v = poisson_of(noise_uniform(voxel, u32(b)), a * max(v, 0.0)) / a; }
      case OP_BOX: {
        if (in_box(place, p)) {
          let factor = parameter(p + 6u);
          v = select(factor * v, 0.0, factor == 0.0) + parameter(p + 7u);
        }
      }
      case OP_SPOT: {
        if (in_box(place, p)) {
          let d = (place - parameters(p + 6u)) / parameters(p + 9u);
          v += (parameter(p + 12u) - v) * parameter(p + 13u) * exp(-0.5 * dot(d, d));
        }
      }
      case OP_BIAS: { v *= exp(bias_exponent(place, p)); }
      default: {}
    }
  }
  return v;
}

// The stage voxel of this thread's voxel k.
fn stage_index(k: vec3u) -> u32 {
  let at = k + program_vector(16u);
  let shape = program_vector(19u);
  return (at.x * shape.y + at.y) * shape.z + at.z;
}
