// Point operations on the values of four voxels in a row. Follows rng.wgsl; `program_word` and `statistic` are the
// including shader's. Formulas: src/plan/values.ts. Twins: src/cpu/values/intensity.ts and regions.ts.
//
// `apply_values`, which src/gpu/program.ts writes, calls them one after the other. Parameters are float32 words of the
// program from p on. Header of a program: first voxel in the patch (z, y, x); patch shape; halo; seed (low, high);
// sample (low, high with array); epoch and stream; channel; first voxel in the stage; stage shape.

fn program_vector(i: u32) -> vec3u {
  return vec3u(program_word(i), program_word(i + 1u), program_word(i + 2u));
}

fn parameter(i: u32) -> f32 {
  return bitcast<f32>(program_word(i));
}

fn parameters(i: u32) -> vec3f {
  return bitcast<vec3f>(program_vector(i));
}

// The uniform numbers of patch voxels for the operation in a slot; see `noiseWords` in src/plan/values.ts.
fn noise_uniforms(first: vec3i, slot: u32) -> vec4f {
  let shape = vec3i(program_vector(3u));
  let halo = vec3i(program_vector(6u));
  let key = vec2u(program_word(9u), program_word(10u));
  let channel = program_word(14u);
  var block = vec4u(0u);
  var held = vec2u(0xffffffffu);
  var uniforms = vec4f(0.0);
  for (var i = 0u; i < 4u; i++) {
    let voxel = first + vec3i(0, 0, i32(i));
    let beyond = any(voxel < vec3i(0)) || any(voxel >= shape);
    let at = vec3u(select(voxel, voxel + halo, beyond));
    let grid = vec3u(select(shape, shape + 2 * halo, beyond));
    let element = ((channel * grid.x + at.x) * grid.y + at.y) * grid.z + at.z;
    let wanted = vec2u(element >> 2u, program_word(12u) + (slot << 22u) + select(0u, 1u << 21u, beyond));
    // Once, but for voxels that share their block with the one before.
    while (any(held != wanted)) {
      block = philox(vec4u(wanted.x, program_word(11u), wanted.y, program_word(13u)), key);
      held = wanted;
    }
    uniforms[i] = symmetric_uniform(block[element & 3u]);
  }
  return uniforms;
}

fn range_op(v: vec4f, lo: f32, hi: f32) -> vec4f {
  return select((v - lo) / (hi - lo), vec4f(0.0), lo == hi);
}

fn affine_op(v: vec4f, a: f32, b: f32) -> vec4f {
  return a * v + b;
}

fn contrast_op(v: vec4f, about: f32, factor: f32) -> vec4f {
  return about + factor * (v - about);
}

fn gamma_op(v: vec4f, lo: f32, hi: f32, exponent: f32) -> vec4f {
  let share = max((v - lo) / (hi - lo), vec4f(0.0));
  let corrected = lo + (hi - lo) * select(pow(share, vec4f(exponent)), vec4f(0.0), share == vec4f(0.0));
  return select(corrected, v, vec4<bool>(lo == hi));
}

fn clip_op(v: vec4f, lo: f32, hi: f32) -> vec4f {
  return min(max(v, vec4f(lo)), vec4f(hi));
}

fn replace_op(v: vec4f, p: vec3f) -> vec4f {
  // By their bits: an implementation may take it that arithmetic never meets NaN or infinity.
  let bits = bitcast<vec4u>(v);
  let magnitude = bits & vec4u(0x7fffffffu);
  let infinite = select(vec4f(p.y), vec4f(p.z), (bits >> vec4u(31u)) == vec4u(1u));
  let finite = select(v, infinite, magnitude == vec4u(0x7f800000u));
  return select(finite, vec4f(p.x), magnitude > vec4u(0x7f800000u));
}

fn quantize_op(v: vec4f, levels: f32) -> vec4f {
  return floor(clamp(v, vec4f(0.0), vec4f(1.0)) * (levels - 1.0) + 0.5) / (levels - 1.0);
}

fn threshold_op(v: vec4f, above: f32) -> vec4f {
  return select(vec4f(0.0), vec4f(1.0), v > vec4f(above));
}

fn noise_op(v: vec4f, voxel: vec3i, mean: f32, sigma: f32, slot: f32) -> vec4f {
  return v + mean + sigma * normal_of(noise_uniforms(voxel, u32(slot)));
}

fn speckle_op(v: vec4f, voxel: vec3i, sigma: f32, slot: f32) -> vec4f {
  return v * (1.0 + sigma * normal_of(noise_uniforms(voxel, u32(slot))));
}

fn poisson_op(v: vec4f, voxel: vec3i, rate: f32, slot: f32) -> vec4f {
  let uniforms = noise_uniforms(voxel, u32(slot));
  var counts = vec4f(0.0);
  for (var i = 0u; i < 4u; i++) {
    counts[i] = poisson_of(uniforms[i], rate * max(v[i], 0.0));
  }
  return counts / rate;
}

// The x of four voxels in a row.
fn along(voxel: vec3i) -> vec4f {
  return f32(voxel.z) + vec4f(0.0, 1.0, 2.0, 3.0);
}

fn in_box(voxel: vec3i, p: u32) -> vec4<bool> {
  let first = parameters(p);
  let end = parameters(p + 3u);
  let row = vec2f(voxel.xy);
  let x = along(voxel);
  return (x >= vec4f(first.z)) & (x < vec4f(end.z)) & vec4<bool>(all(row >= first.xy) && all(row < end.xy));
}

fn box_op(v: vec4f, voxel: vec3i, p: u32) -> vec4f {
  let factor = parameter(p + 6u);
  let changed = select(factor * v, vec4f(0.0), factor == 0.0) + parameter(p + 7u);
  return select(v, changed, in_box(voxel, p));
}

fn spot_op(v: vec4f, voxel: vec3i, p: u32) -> vec4f {
  let centre = parameters(p + 6u);
  let radius = parameters(p + 9u);
  let across = (vec2f(voxel.xy) - centre.xy) / radius.xy;
  let d = (along(voxel) - centre.z) / radius.z;
  let share = parameter(p + 13u) * exp(-0.5 * (dot(across, across) + d * d));
  return select(v, v + (parameter(p + 12u) - v) * share, in_box(voxel, p));
}

fn bias_op(v: vec4f, voxel: vec3i, p: u32) -> vec4f {
  let shape = vec3f(program_vector(3u));
  let across = (2.0 * vec2f(voxel.xy) + 1.0) / shape.xy - 1.0;
  let at = (2.0 * along(voxel) + 1.0) / shape.z - 1.0;
  let z = legendre(across.x);
  let y = legendre(across.y);
  // The sums of the terms that share a polynomial of x.
  var sums = vec4f(0.0);
  var next = p;
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; i + j < 4u; j++) {
      for (var k = 0u; i + j + k < 4u; k++) {
        sums[k] += parameter(next) * z[i] * y[j];
        next++;
      }
    }
  }
  let exponent = sums.x + sums.y * at + sums.z * (1.5 * at * at - 0.5) + sums.w * (2.5 * at * at - 1.5) * at;
  return v * exp(exponent);
}

fn legendre(x: f32) -> vec4f {
  return vec4f(1.0, x, 1.5 * x * x - 0.5, (2.5 * x * x - 1.5) * x);
}

// The stage voxel of this thread's voxel k.
fn stage_index(k: vec3u) -> u32 {
  let at = k + program_vector(15u);
  let shape = program_vector(18u);
  return (at.x * shape.y + at.y) * shape.z + at.z;
}
