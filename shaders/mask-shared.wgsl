// A mask in words that are shared: as store-shared.wgsl, one byte per voxel. Follows render.wgsl's `job`.

@group(0) @binding(7) var<storage, read_write> insides: array<atomic<u32>>;

fn store_insides(element: u32, count: u32, inside: vec4u) {
  for (var i = 0u; i < count; i++) {
    let at = job.mask_start + (element + i) * job.mask_stride;
    let shift = (at % 4u) * 8u;
    atomicAnd(&insides[at / 4u], ~(0xffu << shift));
    atomicOr(&insides[at / 4u], inside[i] << shift);
  }
}
