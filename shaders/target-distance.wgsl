// Signed distance to the surface of the foreground, exact on anisotropic voxels. Twin: src/cpu/targets/distance.ts.
//
// Squared distances to seeds, one axis after the other: the least of field(i ± k) + (k · size)², looked for outward from
// i until (k · size)² alone is more. Seeds are in turn the foreground, the background and what is unknown; the passes
// along z leave squared distances to the other side in the output, and the last one makes distances of them.
//
// Grid: 64 threads a workgroup; along x and y one source voxel each, along z four consecutive output voxels each.

// What the seeds are.
override SEEDS: u32 = 0u;
// Whether this is the last pass.
override LAST: bool = false;

const FOREGROUND = 0u;
const BACKGROUND = 1u;
const UNKNOWN_SEEDS = 2u;

// Larger than any squared distance in nanometres, and small enough to be added to.
const FAR = 1e30;

// Of squared distances: what float32 makes of two that are equal differs by less.
const TIE_SHARE = 1e-5;

struct Parameters {
  source_shape: vec3u,
  // First element of the channel in the source and in the output.
  source_start: u32,
  output_shape: vec3u,
  output_start: u32,
  halo: vec3u,
  // Squared: where distances end.
  most: f32,
  voxel_size: vec3f,
  // Of the tanh; 0 for none.
  squash: f32,
  // How far to look along each axis, voxels.
  reach: vec3u,
}

@group(0) @binding(0) var<storage, read> parameters: Parameters;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> source_mask: array<u32>;
@group(0) @binding(3) var<storage, read> field: array<f32>;
@group(0) @binding(4) var<storage, read_write> next_field: array<f32>;
@group(0) @binding(5) var<storage, read_write> output: array<u32>;
@group(0) @binding(6) var<storage, read_write> output_mask: array<u32>;

fn is_known(voxel: u32) -> bool {
  let element = parameters.source_start + voxel;
  return ((source_mask[element / 4u] >> (8u * (element % 4u))) & 0xffu) != 0u;
}

fn is_foreground(voxel: u32) -> bool {
  return source[parameters.source_start + voxel] != 0u;
}

fn seed_field(voxel: u32) -> f32 {
  var seed = false;
  switch SEEDS {
    case FOREGROUND: { seed = is_foreground(voxel); }
    case BACKGROUND: { seed = is_known(voxel) && !is_foreground(voxel); }
    default: { seed = !is_known(voxel); }
  }
  return select(FAR, 0.0, seed);
}

fn field_at(voxel: u32, seeds: bool) -> f32 {
  if (seeds) {
    return seed_field(voxel);
  }
  return field[voxel];
}

// The field after a pass along an axis, at place `at` of a line; neighbours are `stride` apart.
fn lowest(voxel: u32, at: u32, length: u32, stride: u32, size: f32, reach: u32, seeds: bool) -> f32 {
  var best = field_at(voxel, seeds);
  let most = min(reach, max(at, length - 1u - at));
  for (var k = 1u; k <= most; k++) {
    let way = f32(k) * size;
    let square = way * way;
    if (square >= best) {
      break;
    }
    if (k <= at) {
      best = min(best, field_at(voxel - k * stride, seeds) + square);
    }
    if (at + k < length) {
      best = min(best, field_at(voxel + k * stride, seeds) + square);
    }
  }
  return best;
}

fn thread_of(group: vec3u, groups: vec3u, lane: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + lane;
}

@compute @workgroup_size(64)
fn along_x(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let voxel = thread_of(group, groups, lane);
  let shape = parameters.source_shape;
  if (voxel >= shape.x * shape.y * shape.z) {
    return;
  }
  let size = parameters.voxel_size.z;
  next_field[voxel] = lowest(voxel, voxel % shape.z, shape.z, 1u, size, parameters.reach.z, true);
}

@compute @workgroup_size(64)
fn along_y(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let voxel = thread_of(group, groups, lane);
  let shape = parameters.source_shape;
  if (voxel >= shape.x * shape.y * shape.z) {
    return;
  }
  let at = (voxel / shape.z) % shape.y;
  let size = parameters.voxel_size.y;
  next_field[voxel] = lowest(voxel, at, shape.y, shape.z, size, parameters.reach.y, false);
}

// A squared distance with its sign as a distance.
fn finished(square: f32, inside: bool) -> f32 {
  let distance = select(-1.0, 1.0, inside) * sqrt(square);
  if (parameters.squash == 0.0) {
    return distance;
  }
  // Beyond 15 it is 1 in float32, and the function may overflow.
  return tanh(clamp(distance / parameters.squash, -15.0, 15.0));
}

@compute @workgroup_size(64)
fn along_z(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = thread_of(group, groups, lane) * 4u;
  let inner = parameters.output_shape;
  let outer = parameters.source_shape;
  let size = inner.x * inner.y * inner.z;
  if (first >= size) {
    return;
  }
  var known = 0u;
  for (var i = 0u; i < min(4u, size - first); i++) {
    let row = (first + i) / inner.z;
    let column = first + i - row * inner.z;
    let at = vec3u(row / inner.y, row % inner.y, column) + parameters.halo;
    let voxel = (at.x * outer.y + at.y) * outer.z + at.z;
    let element = parameters.output_start + first + i;
    let inside = is_foreground(voxel);
    let fits = select(SEEDS == FOREGROUND, SEEDS == BACKGROUND, inside);
    var square = bitcast<f32>(output[element]);
    if (fits || SEEDS == UNKNOWN_SEEDS) {
      let stride = outer.y * outer.z;
      let found = lowest(voxel, at.x, outer.x, stride, parameters.voxel_size.x, parameters.reach.x, false);
      if (fits) {
        square = min(found, parameters.most);
        output[element] = bitcast<u32>(square);
      } else if (found < square * (1.0 - TIE_SHARE)) {
        square = -1.0;
      }
    }
    if (LAST) {
      let certain = is_known(voxel) && square >= 0.0;
      output[element] = select(0u, bitcast<u32>(finished(max(square, 0.0), inside)), certain);
      known |= select(0u, 1u, certain) << (8u * i);
    }
  }
  if (LAST) {
    output_mask[(parameters.output_start + first) / 4u] = known;
  }
}
