// Puts a channel of a target volume where it belongs in the batch. Follows sample.wgsl and encode.wgsl.
//
// Labels saturate in narrow integers; unknown voxels are 0 or NaN. Grid: workgroups of 64 threads, four consecutive
// voxels each. Values in words that are shared are put in place by an atomic and and an atomic or.

// Whether the source holds floats.
override FLOATS: bool = false;
// Whether unknown voxels become NaN.
override NAN: bool = false;
override MASK: bool = true;

struct Parameters {
  voxel_count: u32,
  source_start: u32,
  out_start: u32,
  out_stride: u32,
  mask_start: u32,
  mask_stride: u32,
}

@group(0) @binding(0) var<storage, read> parameters: Parameters;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> source_mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> values: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read_write> knowns: array<atomic<u32>>;

fn bits_of(word: u32, known: bool) -> u32 {
  if (!known) {
    return select(0u, select(0x7fc00000u, 0x7e00u, OUTPUT == OUT_FLOAT16), NAN);
  }
  if (FLOATS) {
    return encode_float(bitcast<f32>(word));
  }
  return encode_raw(vec2u(word, 0u));
}

fn put_value(element: u32, bits: u32) {
  if (OUTPUT != OUT_UINT8 && OUTPUT != OUT_FLOAT16) {
    atomicStore(&values[element], bits);
    return;
  }
  let width = select(16u, 8u, OUTPUT == OUT_UINT8);
  let per_word = 32u / width;
  let shift = (element % per_word) * width;
  atomicAnd(&values[element / per_word], ~(((1u << width) - 1u) << shift));
  atomicOr(&values[element / per_word], bits << shift);
}

fn put_known(element: u32, bit: u32) {
  let shift = (element % 4u) * 8u;
  atomicAnd(&knowns[element / 4u], ~(0xffu << shift));
  atomicOr(&knowns[element / 4u], bit << shift);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = ((group.y * groups.x + group.x) * 64u + lane) * 4u;
  if (first >= parameters.voxel_count) {
    return;
  }
  let mask = source_mask[(parameters.source_start + first) / 4u];
  let count = min(4u, parameters.voxel_count - first);
  var bytes = 0u;
  let out = parameters.out_start + first * parameters.out_stride;
  let bytewise = OUTPUT == OUT_UINT8 && parameters.out_stride == 1u && out % 4u == 0u && count == 4u;
  for (var i = 0u; i < count; i++) {
    let known = ((mask >> (8u * i)) & 0xffu) != 0u;
    let bits = bits_of(source[parameters.source_start + first + i], known);
    if (bytewise) {
      bytes |= bits << (8u * i);
    } else {
      put_value(out + i * parameters.out_stride, bits);
    }
  }
  if (bytewise) {
    atomicStore(&values[out / 4u], bytes);
  }
  if (!MASK) {
    return;
  }
  let known_out = parameters.mask_start + first * parameters.mask_stride;
  if (parameters.mask_stride == 1u && known_out % 4u == 0u && count == 4u) {
    atomicStore(&knowns[known_out / 4u], mask);
    return;
  }
  for (var i = 0u; i < count; i++) {
    put_known(known_out + i * parameters.mask_stride, (mask >> (8u * i)) & 0xffu);
  }
}
