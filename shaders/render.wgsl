// Renders reads from bricks. Follows rng, encode, sample, bricks, labels and warp.wgsl, values.wgsl with a program
// (src/gpu/program.ts), and a store and a mask file. Twin: src/cpu/render.ts.
//
// Formula and border rule: sample.wgsl. Output values: encode.wgsl. Operations on values: values.wgsl.
//
// Grid: workgroups of 16 x 4 threads; x counts groups of LANES voxels along a row, y rows, z planes. A dispatch is a job.

// Whether the job has a program of operations on its values.
override VALUES: bool = false;
// Whether values come from a float32 stage in heap0 (and figures of the patch from heap1) instead of from bricks.
override STAGE: bool = false;
override LINEAR: bool = true;
// Whether several samples are averaged per output voxel.
override BOX: bool = false;
// Whether the eight voxels around vote for their label; ties go to the smallest.
override ARGMAX: bool = false;
// Whether voxels move beside the matrix: warp.wgsl.
override WARP: bool = false;
override IDS: bool = false;

// Output voxels of a thread, one after the other in a row.
const LANES = 4u;

// One read; src/gpu/params.ts writes it. Matrix columns: the step of v per output z, y, x.
struct Job {
  column_z: vec3f,
  page_start: u32,
  column_y: vec3f,
  pad_bits: u32,
  column_x: vec3f,
  fill_low: u32,
  offset: vec3f,
  fill_high: u32,
  base: vec3i,
  id_start: u32,
  shape: vec3u,
  id_count: u32,
  volume_shape: vec3i,
  out_start: u32,
  grid_min: vec3u,
  out_stride: u32,
  grid_shape: vec3u,
  mask_start: u32,
  subsamples: vec3u,
  mask_stride: u32,
  code_start: u32,
  program_start: u32,
  warp_start: u32,
}

@group(0) @binding(0) var<uniform> job: Job;
// Page tables, id tables, label codes, programs and warps.
@group(0) @binding(1) var<storage, read> tables: array<u32>;

// Of the output voxel at hand, in stored voxels; 0 without a warp.
var<private> displacement: vec3f;

fn program_word(i: u32) -> u32 {
  return tables[job.program_start + i];
}

// A figure of the patch.
fn statistic(i: u32) -> f32 {
  return bitcast<f32>(heap1[i]);
}

fn coordinate_at(k: vec3f) -> Coordinate {
  var local = job.column_z * k.x + job.column_y * k.y + job.column_x * k.z + job.offset;
  if (WARP) {
    local += displacement;
  }
  return coordinate(job.base, local);
}

fn sample_box(k: vec3f, n: vec3u) -> f32 {
  var sum = 0.0;
  for (var z = 0u; z < n.x; z++) {
    for (var y = 0u; y < n.y; y++) {
      for (var x = 0u; x < n.z; x++) {
        sum += sample_linear(coordinate_at(k + sample_shift(vec3u(z, y, x), n)));
      }
    }
  }
  return sum / f32(n.x * n.y * n.z);
}

fn exact_bits(raw: vec2u) -> u32 {
  if (IDS) {
    if (job.id_count > 0u) {
      return id_index(raw);
    }
    return raw.x;
  }
  return encode_raw(raw);
}

// The value of an inside voxel.
fn sampled(k: vec3u, at: Coordinate) -> f32 {
  if (STAGE) {
    return bitcast<f32>(heap0[stage_index(k)]);
  }
  if (BOX) {
    return sample_box(vec3f(k), job.subsamples);
  }
  if (LINEAR) {
    return sample_linear(at);
  }
  if (ARGMAX) {
    return number_of(argmax_raw(at));
  }
  return number_of(screened(nearest_raw(at)));
}

// Output bits of an inside voxel whose values are not worked on.
fn rendered_bits(k: vec3u, at: Coordinate) -> u32 {
  // On a voxel centre linear is nearest, and integers need not pass through float32.
  if (BOX || (LINEAR && any(at.fraction != vec3f(0.0)))) {
    return encode_float(sampled(k, at));
  }
  if (ARGMAX) {
    return exact_bits(argmax_raw(at));
  }
  return exact_bits(screened(nearest_raw(at)));
}

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) thread: vec3u) {
  let first = vec3u(thread.z, thread.y, thread.x * LANES);
  let shape = job.shape;
  if (first.y >= shape.y || first.z >= shape.z) {
    return;
  }
  let count = min(LANES, shape.z - first.z);
  var bits = vec4u(0u);
  var inside = vec4u(0u);
  var numbers = vec4f(0.0);
  for (var i = 0u; i < count; i++) {
    let k = first + vec3u(0u, 0u, i);
    if (WARP) {
      displacement = displacement_at(k, job.warp_start);
    }
    let at = coordinate_at(vec3f(k));
    if (!is_inside(at, job.volume_shape)) {
      bits[i] = job.pad_bits;
    } else if (!(UNKNOWN && is_unknown(nearest_raw(at)))) {
      // Values of unknown voxels stay 0.
      inside[i] = 1u;
      if (VALUES) {
        numbers[i] = sampled(k, at);
      } else {
        bits[i] = rendered_bits(k, at);
      }
    }
  }
  if (VALUES) {
    numbers = apply_values(numbers, vec3i(first));
    for (var i = 0u; i < count; i++) {
      if (inside[i] == 1u) {
        bits[i] = encode_float(numbers[i]);
      }
    }
  }
  let element = (first.x * shape.y + first.y) * shape.z + first.z;
  store_values(element, count, bits);
  store_insides(element, count, inside);
}
