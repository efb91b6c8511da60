// Volumes of the target transforms. Twin: src/cpu/targets/volume.ts.
//
// A volume is 32-bit words (labels, or the bits of floats), one channel after the other, and a mask of bytes packed in
// words, 1 where known. Channels start at multiples of four voxels, so that a thread writes whole words of the mask.
// Wherever the mask is 0 the value is 0. Every vector is z, y, x in that order: `.x` is z.

// Parameters: shape and channel stride of the source, those of the output, halo; then what the stage needs.
const STAGE_WORDS = 12u;

@group(0) @binding(0) var<storage, read> parameters: array<u32>;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> source_mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> output: array<u32>;
@group(0) @binding(4) var<storage, read_write> output_mask: array<u32>;

// What a stage makes of a voxel; `UNKNOWN` is the zero value.
struct Labelled {
  value: u32,
  known: u32,
}

const UNKNOWN = Labelled(0u, 0u);

fn vector(i: u32) -> vec3u {
  return vec3u(parameters[i], parameters[i + 1u], parameters[i + 2u]);
}

fn stage_word(i: u32) -> u32 {
  return parameters[STAGE_WORDS + i];
}

fn source_shape() -> vec3u {
  return vector(0u);
}

fn source_stride() -> u32 {
  return parameters[3u];
}

fn output_shape() -> vec3u {
  return vector(4u);
}

fn output_stride() -> u32 {
  return parameters[7u];
}

fn output_size() -> u32 {
  let shape = output_shape();
  return shape.x * shape.y * shape.z;
}

fn position(voxel: u32, shape: vec3u) -> vec3u {
  let row = voxel / shape.z;
  return vec3u(row / shape.y, row % shape.y, voxel - row * shape.z);
}

// The source's voxel that stands where an output voxel does.
fn source_voxel(voxel: u32) -> u32 {
  let at = position(voxel, output_shape()) + vector(8u);
  let shape = source_shape();
  return (at.x * shape.y + at.y) * shape.z + at.z;
}

fn is_known(element: u32) -> bool {
  return ((source_mask[element / 4u] >> (8u * (element % 4u))) & 0xffu) != 0u;
}
