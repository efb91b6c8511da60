// One axis of a separable filter over a float32 stage. Kernels and weights: src/plan/filters.ts.
// Twin: src/cpu/values/filter.ts.
//
//   target[k] = gain · Σ_t weight[k_axis, t] · source[k + t] + keep · original[k + shift],  0 <= t < taps
//
// The target is the source without the voxels that the kernel does not reach, so no border rule is needed.
//
// Grid: workgroups of 64 threads along the target; x and then y count them.

struct Parameters {
  source_shape: vec3u,
  axis: u32,
  target_shape: vec3u,
  taps: u32,
  original_shape: vec3u,
  gain: f32,
  shift: vec3u,
  keep: f32,
}

@group(0) @binding(0) var<storage, read> parameters: Parameters;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read> original: array<f32>;
@group(0) @binding(4) var<storage, read_write> filtered: array<f32>;

fn element(at: vec3u, shape: vec3u) -> u32 {
  return (at.x * shape.y + at.y) * shape.z + at.z;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  let shape = parameters.target_shape;
  if (i >= shape.x * shape.y * shape.z) {
    return;
  }
  let row = i / shape.z;
  let k = vec3u(row / shape.y, row % shape.y, i - row * shape.z);
  let axis = parameters.axis;
  let taps = parameters.taps;
  let wide = parameters.source_shape;
  let step = vec3u(wide.y * wide.z, wide.z, 1u)[axis];
  let first = element(k, wide);
  let weight = k[axis] * taps;
  var sum = 0.0;
  for (var t = 0u; t < taps; t++) {
    sum += weights[weight + t] * source[first + t * step];
  }
  var value = parameters.gain * sum;
  if (parameters.keep != 0.0) {
    value += parameters.keep * original[element(k + parameters.shift, parameters.original_shape)];
  }
  filtered[i] = value;
}
