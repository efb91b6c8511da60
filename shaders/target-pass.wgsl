// A pass of a target stage over its output. Follows target-volume.wgsl; `evaluate` is the stage's.
//
// Grid: workgroups of 64 threads, four consecutive output voxels each; z is the output channel.

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = ((group.y * groups.x + group.x) * 64u + lane) * 4u;
  let size = output_size();
  if (first >= size) {
    return;
  }
  let start = group.z * output_stride() + first;
  var known = 0u;
  for (var i = 0u; i < min(4u, size - first); i++) {
    let made = evaluate(group.z, first + i);
    output[start + i] = made.value;
    known |= made.known << (8u * i);
  }
  output_mask[start / 4u] = known;
}
