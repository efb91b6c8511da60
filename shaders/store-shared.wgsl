// Packed values in words that are shared, with another thread, job or channel. Follows encode.wgsl and render.wgsl's `job`.
//
// Each is put in place by an atomic and and an atomic or, which touch its own bits only, so that no clearing is needed.

@group(0) @binding(6) var<storage, read_write> values: array<atomic<u32>>;

fn store_values(element: u32, count: u32, bits: vec4u) {
  let width = select(16u, 8u, OUTPUT == OUT_UINT8);
  let per_word = 32u / width;
  for (var i = 0u; i < count; i++) {
    let at = job.out_start + (element + i) * job.out_stride;
    let shift = (at % per_word) * width;
    atomicAnd(&values[at / per_word], ~(((1u << width) - 1u) << shift));
    atomicOr(&values[at / per_word], bits[i] << shift);
  }
}
