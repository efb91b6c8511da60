// Local shape descriptors, ten per source channel. Follows target-volume.wgsl. Twin: src/cpu/targets/lsd.ts.
//
// Moments of the voxel's own label in a Gaussian window, taken about the voxel itself, in nanometres. One unknown voxel
// in the window makes the voxel unknown.
//
// Stage words: voxel size, σ, then the window's weights along z, y and x, of 2 · halo + 1 each.
//
// Grid: workgroups of 64 threads, four consecutive output voxels each; z is the source channel.

// Variances count as at least this many nm², so that flat objects have correlations.
const LEAST_VARIANCE = 1e-3;

fn stage_float(i: u32) -> f32 {
  return bitcast<f32>(stage_word(i));
}

fn stage_floats(i: u32) -> vec3f {
  return vec3f(stage_float(i), stage_float(i + 1u), stage_float(i + 2u));
}

struct Moments {
  mass: f32,
  mean: vec3f,
  // zz, yy, xx.
  squares: vec3f,
  // zy, zx, yx.
  products: vec3f,
  known: bool,
}

fn moments_at(channel: u32, voxel: u32) -> Moments {
  let own = channel * source_stride() + source_voxel(voxel);
  let label = source[own];
  let size = stage_floats(0u);
  let radius = vec3i(vector(8u));
  let shape = vec3i(source_shape());
  let weights_z = 6u;
  let weights_y = weights_z + 2u * u32(radius.x) + 1u;
  let weights_x = weights_y + 2u * u32(radius.y) + 1u;
  var sums: Moments;
  for (var z = -radius.x; z <= radius.x; z++) {
    let wz = stage_float(weights_z + u32(z + radius.x));
    let dz = f32(z) * size.x;
    for (var y = -radius.y; y <= radius.y; y++) {
      let wy = wz * stage_float(weights_y + u32(y + radius.y));
      let dy = f32(y) * size.y;
      let row = i32(own) + (z * shape.y + y) * shape.z;
      // Sums over a row first: of weights, of weighted x and of its square.
      var line = vec3f(0.0);
      for (var x = -radius.z; x <= radius.z; x++) {
        let element = u32(row + x);
        if (!is_known(element)) {
          return sums;
        }
        if (source[element] == label) {
          let dx = f32(x) * size.z;
          line += stage_float(weights_x + u32(x + radius.z)) * vec3f(1.0, dx, dx * dx);
        }
      }
      line *= wy;
      sums.mass += line.x;
      sums.mean += vec3f(line.x * dz, line.x * dy, line.y);
      sums.squares += vec3f(line.x * dz * dz, line.x * dy * dy, line.z);
      sums.products += vec3f(line.x * dz * dy, line.y * dz, line.y * dy);
    }
  }
  sums.known = true;
  return sums;
}

fn put_descriptors(channel: u32, voxel: u32, moments: Moments) {
  let sigma = stage_floats(3u);
  let mean = moments.mean / moments.mass;
  let variance = max(moments.squares / moments.mass - mean * mean, vec3f(LEAST_VARIANCE));
  let covariance = moments.products / moments.mass - mean.xxy * mean.yzz;
  let correlation = covariance / sqrt(variance.xxy * variance.yzz);
  let offset = 0.5 * (mean / sigma) + 0.5;
  let spread = variance / (sigma * sigma);
  let tilt = 0.5 * correlation + 0.5;
  let all = array<f32, 10>(
    offset.x, offset.y, offset.z, spread.x, spread.y, spread.z, tilt.x, tilt.y, tilt.z, moments.mass,
  );
  for (var k = 0u; k < 10u; k++) {
    output[(channel * 10u + k) * output_stride() + voxel] = bitcast<u32>(clamp(all[k], 0.0, 1.0));
  }
}

@compute @workgroup_size(64)
fn describe(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = ((group.y * groups.x + group.x) * 64u + lane) * 4u;
  let size = output_size();
  if (first >= size) {
    return;
  }
  var known = 0u;
  for (var i = 0u; i < min(4u, size - first); i++) {
    let own = group.z * source_stride() + source_voxel(first + i);
    var described = false;
    if (is_known(own)) {
      var certain = true;
      if (source[own] != 0u) {
        let moments = moments_at(group.z, first + i);
        certain = moments.known;
        described = certain;
        if (described) {
          put_descriptors(group.z, first + i, moments);
        }
      }
      known |= select(0u, 1u, certain) << (8u * i);
    }
    if (!described) {
      for (var k = 0u; k < 10u; k++) {
        output[(group.z * 10u + k) * output_stride() + first + i] = 0u;
      }
    }
  }
  for (var k = 0u; k < 10u; k++) {
    output_mask[((group.z * 10u + k) * output_stride() + first) / 4u] = known;
  }
}
