// Loss weights of labels, one source channel a dispatch. Twin: src/cpu/targets/weights.ts.
//
// Grid: workgroups of 64 threads, one voxel of the patch each.

// Whether the weights follow from the counts.
override BALANCED: bool = true;

struct Parameters {
  source_shape: vec3u,
  // First element of the channel.
  source_start: u32,
  shape: vec3u,
  output_start: u32,
  // By how many voxels the source is larger than the patch, on either side.
  margin: vec3u,
  output_stride: u32,
  // Limits of the foreground's share, or the weights of foreground and background; and the channel's factor.
  weights: vec2f,
  factor: f32,
}

@group(0) @binding(0) var<storage, read> parameters: Parameters;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> source_mask: array<u32>;
// Known voxels and foreground voxels of the patch.
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>, 2>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

var<workgroup> group_counts: array<atomic<u32>, 2>;

fn voxel_count() -> u32 {
  return parameters.shape.x * parameters.shape.y * parameters.shape.z;
}

fn element_of(voxel: u32) -> u32 {
  let inner = parameters.shape;
  let outer = parameters.source_shape;
  let row = voxel / inner.z;
  let at = vec3u(row / inner.y, row % inner.y, voxel - row * inner.z) + parameters.margin;
  return parameters.source_start + (at.x * outer.y + at.y) * outer.z + at.z;
}

fn is_known(element: u32) -> bool {
  return ((source_mask[element / 4u] >> (8u * (element % 4u))) & 0xffu) != 0u;
}

@compute @workgroup_size(1)
fn clear() {
  atomicStore(&counts[0], 0u);
  atomicStore(&counts[1], 0u);
}

@compute @workgroup_size(64)
fn count(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let voxel = (group.y * groups.x + group.x) * 64u + lane;
  if (voxel < voxel_count()) {
    let element = element_of(voxel);
    if (is_known(element)) {
      atomicAdd(&group_counts[0], 1u);
      if (source[element] != 0u) {
        atomicAdd(&group_counts[1], 1u);
      }
    }
  }
  workgroupBarrier();
  if (lane == 0u) {
    atomicAdd(&counts[0], atomicLoad(&group_counts[0]));
    atomicAdd(&counts[1], atomicLoad(&group_counts[1]));
  }
}

@compute @workgroup_size(64)
fn weigh(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let voxel = (group.y * groups.x + group.x) * 64u + lane;
  if (voxel >= voxel_count()) {
    return;
  }
  var weights = parameters.weights;
  if (BALANCED) {
    let known = f32(max(atomicLoad(&counts[0]), 1u));
    let share = clamp(f32(atomicLoad(&counts[1])) / known, weights.x, weights.y);
    weights = 0.5 / vec2f(share, 1.0 - share);
  }
  let element = element_of(voxel);
  let weight = select(weights.y, weights.x, source[element] != 0u) * parameters.factor;
  output[parameters.output_start + voxel * parameters.output_stride] = select(0.0, weight, is_known(element));
}
