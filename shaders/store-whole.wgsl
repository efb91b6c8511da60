// Values whose words no other thread writes. Follows encode.wgsl and render.wgsl's `job`.

@group(0) @binding(6) var<storage, read_write> values: array<u32>;

// Packed values fill whole words: they have no stride, and rows and jobs start at words.
fn store_values(element: u32, count: u32, bits: vec4u) {
  if (OUTPUT == OUT_UINT8) {
    values[(job.out_start + element) / 4u] = bits.x | (bits.y << 8u) | (bits.z << 16u) | (bits.w << 24u);
    return;
  }
  if (OUTPUT == OUT_FLOAT16) {
    let word = (job.out_start + element) / 2u;
    values[word] = bits.x | (bits.y << 16u);
    values[word + 1u] = bits.z | (bits.w << 16u);
    return;
  }
  let stride = job.out_stride;
  let at = job.out_start + element * stride;
  for (var i = 0u; i < count; i++) {
    values[at + i * stride] = bits[i];
  }
}
