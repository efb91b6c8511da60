// Figures of a patch within a float32 stage: its mean, or two of its order statistics. Twin: src/cpu/values/statistics.ts.
//
// Order statistics are selected exactly, eight bits of the values' order at a time: a histogram of the voxels that
// share the bits found so far tells the next ones. NaN comes last.
//
// Grid: one workgroup.

struct Parameters {
  stage_shape: vec3u,
  // First of the two figures to write.
  figure: u32,
  // The patch within the stage.
  first: vec3u,
  rank_low: u32,
  shape: vec3u,
  rank_high: u32,
}

const THREADS = 256u;

@group(0) @binding(0) var<storage, read> parameters: Parameters;
@group(0) @binding(1) var<storage, read> stage: array<f32>;
@group(0) @binding(2) var<storage, read_write> figures: array<f32>;

var<workgroup> sums: array<f32, 256>;
var<workgroup> histogram: array<array<atomic<u32>, 256>, 2>;
// Bits found so far, and how many of the voxels that share them rank below, for both statistics.
var<workgroup> prefix: array<u32, 2>;
var<workgroup> rank: array<u32, 2>;

fn voxel_count() -> u32 {
  return parameters.shape.x * parameters.shape.y * parameters.shape.z;
}

fn voxel(i: u32) -> f32 {
  let shape = parameters.shape;
  let row = i / shape.z;
  let at = parameters.first + vec3u(row / shape.y, row % shape.y, i - row * shape.z);
  return stage[(at.x * parameters.stage_shape.y + at.y) * parameters.stage_shape.z + at.z];
}

// Unsigned words in the order of the values.
fn ordered(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

fn from_ordered(word: u32) -> f32 {
  return bitcast<f32>(select(~word, word & 0x7fffffffu, (word >> 31u) == 1u));
}

@compute @workgroup_size(256)
fn mean(@builtin(local_invocation_index) lane: u32) {
  let count = voxel_count();
  // In two levels, so that rounding stays small: runs of 64 voxels of a thread, then the runs.
  var sum = 0.0;
  var i = lane;
  while (i < count) {
    var run = 0.0;
    for (var n = 0u; n < 64u && i < count; n++) {
      run += voxel(i);
      i += THREADS;
    }
    sum += run;
  }
  sums[lane] = sum;
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[lane] += sums[lane + half];
    }
  }
  if (lane == 0u) {
    figures[parameters.figure] = sums[0] / f32(count);
    figures[parameters.figure + 1u] = 0.0;
  }
}

@compute @workgroup_size(256)
fn percentiles(@builtin(local_invocation_index) lane: u32) {
  let count = voxel_count();
  if (lane < 2u) {
    prefix[lane] = 0u;
    rank[lane] = select(parameters.rank_low, parameters.rank_high, lane == 1u);
  }
  for (var shift = 32u; shift > 0u; shift -= 8u) {
    atomicStore(&histogram[0][lane], 0u);
    atomicStore(&histogram[1][lane], 0u);
    workgroupBarrier();
    for (var i = lane; i < count; i += THREADS) {
      let word = ordered(voxel(i));
      let digit = (word >> (shift - 8u)) & 255u;
      for (var s = 0u; s < 2u; s++) {
        // In the first round there is nothing to share, and no shift by 32.
        if (shift == 32u || (word >> (shift & 31u)) == prefix[s]) {
          atomicAdd(&histogram[s][digit], 1u);
        }
      }
    }
    workgroupBarrier();
    if (lane < 2u) {
      var below = rank[lane];
      var digit = 0u;
      while (digit < 255u && below >= atomicLoad(&histogram[lane][digit])) {
        below -= atomicLoad(&histogram[lane][digit]);
        digit++;
      }
      rank[lane] = below;
      prefix[lane] = (prefix[lane] << 8u) | digit;
    }
    workgroupBarrier();
  }
  if (lane < 2u) {
    figures[parameters.figure + lane] = from_ordered(prefix[lane]);
  }
}
