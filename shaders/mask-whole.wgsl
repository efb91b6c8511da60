// A mask whose words no other thread writes: it has no stride, and rows and jobs start at words. Follows render.wgsl's `job`.

@group(0) @binding(7) var<storage, read_write> insides: array<u32>;

fn store_insides(element: u32, count: u32, inside: vec4u) {
  insides[(job.mask_start + element) / 4u] = inside.x | (inside.y << 8u) | (inside.z << 16u) | (inside.w << 24u);
}
