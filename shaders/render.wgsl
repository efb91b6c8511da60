// Renders reads from bricks. Follows sample.wgsl, encode.wgsl, warp.wgsl, rng.wgsl and values.wgsl. Twin: src/cpu/render.ts.
//
// Formula and border rule: sample.wgsl. Output values: encode.wgsl. Operations on values: values.wgsl.
//
// Bricks lie in up to four heaps of 32-bit words. A page table entry is a heap (2 high bits) and a word
// offset (30 bits); MISSING reads as the fill value. 64-bit ids that do not fit the output become indices
// into the job's id table: word pairs (low, high), entry 0 being id 0 and the others ascending.
//
// Grid: workgroups of 64 threads; z is the job, x and then y count workgroups along the output. A thread
// computes LANES consecutive output voxels (C order z, y, x), aligned so that four packed values make a whole
// output word. Values in words that are shared, with another job or because of a stride, are put in place
// by an atomic and and an atomic or: each touches its own bits only, so no clearing is needed.

// Whether the job has a program of operations on its values.
override VALUES: bool = false;
// Whether values come from a float32 stage in heap0 (and figures of the patch from heap1) instead of from bricks.
override STAGE: bool = false;
override LINEAR: bool = true;
// Whether several samples are averaged per output voxel.
override BOX: bool = false;
// Whether the eight voxels around vote for their label; ties go to the smallest.
override ARGMAX: bool = false;
// Whether the job has a code of absent and of unknown voxels.
override ABSENT: bool = false;
override UNKNOWN: bool = false;
// Whether voxels move beside the matrix: warp.wgsl.
override WARP: bool = false;
override MASK: bool = false;
override IDS: bool = false;
override LANES: u32 = 1u;
override BRICK_Z: u32 = 64u;
override BRICK_Y: u32 = 64u;
override BRICK_X: u32 = 64u;
// log2 of the brick's shape; used when all three are powers of two.
override SHIFTS: bool = true;
override SHIFT_Z: u32 = 6u;
override SHIFT_Y: u32 = 6u;
override SHIFT_X: u32 = 6u;

const MISSING = 0xffffffffu;
// Votes that differ by less are a tie.
const TIE_MARGIN = 1e-5;

// One read; src/gpu/params.ts writes it. Matrix columns: the step of v per output z, y, x.
struct Job {
  column_z: vec3f,
  voxel_count: u32,
  column_y: vec3f,
  page_start: u32,
  column_x: vec3f,
  pad_bits: u32,
  offset: vec3f,
  fill_low: u32,
  base: vec3i,
  fill_high: u32,
  shape: vec3u,
  id_start: u32,
  volume_shape: vec3i,
  id_count: u32,
  grid_min: vec3u,
  out_start: u32,
  grid_shape: vec3u,
  out_stride: u32,
  subsamples: vec3u,
  mask_start: u32,
  mask_stride: u32,
  code_start: u32,
  program_start: u32,
  warp_start: u32,
}

@group(0) @binding(0) var<storage, read> jobs: array<Job>;
// Page tables, id tables, label codes and warps.
@group(0) @binding(1) var<storage, read> tables: array<u32>;
@group(0) @binding(2) var<storage, read> heap0: array<u32>;
@group(0) @binding(3) var<storage, read> heap1: array<u32>;
@group(0) @binding(4) var<storage, read> heap2: array<u32>;
@group(0) @binding(5) var<storage, read> heap3: array<u32>;
@group(0) @binding(6) var<storage, read_write> values: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> insides: array<atomic<u32>>;

// This thread's job, read once.
var<private> job: Job;
// Of the output voxel at hand, in stored voxels; 0 without a warp.
var<private> displacement: vec3f;

fn program_word(i: u32) -> u32 {
  return tables[job.program_start + i];
}

// A figure of the patch.
fn statistic(i: u32) -> f32 {
  return bitcast<f32>(heap1[i]);
}

fn heap_word(heap: u32, i: u32) -> u32 {
  switch heap {
    case 0u: { return heap0[i]; }
    case 1u: { return heap1[i]; }
    case 2u: { return heap2[i]; }
    default: { return heap3[i]; }
  }
}

// Voxel `i` of the brick at a page.
fn load_voxel(page: u32, i: u32) -> vec2u {
  if (page == MISSING) {
    return vec2u(job.fill_low, job.fill_high);
  }
  let heap = page >> 30u;
  let start = page & 0x3fffffffu;
  if (SOURCE == UINT8 || SOURCE == INT8) {
    return vec2u(unpack_lane(heap_word(heap, start + (i >> 2u)), i & 3u), 0u);
  }
  if (SOURCE == UINT16 || SOURCE == INT16 || SOURCE == FLOAT16) {
    return vec2u(unpack_lane(heap_word(heap, start + (i >> 1u)), i & 1u), 0u);
  }
  if (SOURCE == UINT64 || SOURCE == INT64) {
    return vec2u(heap_word(heap, start + 2u * i), heap_word(heap, start + 2u * i + 1u));
  }
  return vec2u(heap_word(heap, start + i), 0u);
}

// A voxel along each axis, as its share of the page table index and of the index within the brick.
struct Place {
  entry: vec3u,
  voxel: vec3u,
}

fn place_of(v: vec3u) -> Place {
  let brick_shape = vec3u(BRICK_Z, BRICK_Y, BRICK_X);
  let shifts = vec3u(SHIFT_Z, SHIFT_Y, SHIFT_X);
  var brick: vec3u;
  if (SHIFTS) {
    brick = v >> shifts;
  } else {
    brick = v / brick_shape;
  }
  let within = v - brick * brick_shape;
  let grid = job.grid_shape;
  // Rounding may put a tap of next to no weight one brick beyond the table.
  let cell = min(max(brick, job.grid_min) - job.grid_min, grid - 1u);
  return Place(
    cell * vec3u(grid.y * grid.z, grid.z, 1u),
    within * vec3u(BRICK_Y * BRICK_X, BRICK_X, 1u),
  );
}

fn page_at(z: u32, y: u32, x: u32) -> u32 {
  return tables[job.page_start + z + y + x];
}

fn code_words(i: u32) -> vec2u {
  return vec2u(tables[job.code_start + 2u * i], tables[job.code_start + 2u * i + 1u]);
}

fn is_unknown(raw: vec2u) -> bool {
  return UNKNOWN && all(raw == code_words(1u));
}

// Absent and unknown voxels count as 0, whose words are 0 in every dtype.
fn screened(raw: vec2u) -> vec2u {
  let nothing = is_unknown(raw) || (ABSENT && all(raw == code_words(0u)));
  return select(raw, vec2u(0u), nothing);
}

fn nearest_raw(at: Coordinate) -> vec2u {
  let place = place_of(nearest_voxel(at, job.volume_shape));
  let page = page_at(place.entry.x, place.entry.y, place.entry.z);
  return load_voxel(page, place.voxel.x + place.voxel.y + place.voxel.z);
}

fn tap(page: u32, i: u32) -> f32 {
  return number_of(screened(load_voxel(page, i)));
}

fn sample_linear(at: Coordinate) -> f32 {
  let a = place_of(tap_voxel(at.cell, job.volume_shape));
  let b = place_of(tap_voxel(at.cell + 1, job.volume_shape));
  let p = a.entry;
  let q = b.entry;
  let v00 = a.voxel.x + a.voxel.y;
  let v01 = a.voxel.x + b.voxel.y;
  let v10 = b.voxel.x + a.voxel.y;
  let v11 = b.voxel.x + b.voxel.y;
  // One page serves all eight taps except along brick faces.
  var low = vec4u(page_at(p.x, p.y, p.z));
  var high = low;
  if (any(p != q)) {
    low = vec4u(low.x, page_at(p.x, p.y, q.z), page_at(p.x, q.y, p.z), page_at(p.x, q.y, q.z));
    high = vec4u(
      page_at(q.x, p.y, p.z),
      page_at(q.x, p.y, q.z),
      page_at(q.x, q.y, p.z),
      page_at(q.x, q.y, q.z),
    );
  }
  return trilinear(
    vec4f(
      tap(low.x, v00 + a.voxel.z),
      tap(low.y, v00 + b.voxel.z),
      tap(low.z, v01 + a.voxel.z),
      tap(low.w, v01 + b.voxel.z),
    ),
    vec4f(
      tap(high.x, v10 + a.voxel.z),
      tap(high.y, v10 + b.voxel.z),
      tap(high.z, v11 + a.voxel.z),
      tap(high.w, v11 + b.voxel.z),
    ),
    at.fraction,
  );
}

// Orders raw voxels as the numbers they are.
fn is_less(a: vec2u, b: vec2u) -> bool {
  if (SOURCE == FLOAT16 || SOURCE == FLOAT32) {
    return number_of(a) < number_of(b);
  }
  let signed = SOURCE == INT8 || SOURCE == INT16 || SOURCE == INT32;
  let flip = vec2u(select(0u, 0x80000000u, signed), select(0u, 0x80000000u, SOURCE == INT64));
  let p = a ^ flip;
  let q = b ^ flip;
  return p.y < q.y || (p.y == q.y && p.x < q.x);
}

// The label with most votes of the eight voxels around; unknown ones have none.
fn argmax_raw(at: Coordinate) -> vec2u {
  let below = tap_voxel(at.cell, job.volume_shape);
  let above = tap_voxel(at.cell + 1, job.volume_shape);
  var labels: array<vec2u, 8>;
  var votes: array<f32, 8>;
  for (var tap = 0u; tap < 8u; tap++) {
    let up = vec3<bool>((tap & 4u) != 0u, (tap & 2u) != 0u, (tap & 1u) != 0u);
    let place = place_of(select(below, above, up));
    let raw = load_voxel(
      page_at(place.entry.x, place.entry.y, place.entry.z),
      place.voxel.x + place.voxel.y + place.voxel.z,
    );
    let share = select(1.0 - at.fraction, at.fraction, up);
    labels[tap] = screened(raw);
    votes[tap] = select(share.x * share.y * share.z, -1.0, is_unknown(raw));
  }
  var best = vec2u(0u);
  var most = -1.0;
  for (var tap = 0u; tap < 8u; tap++) {
    if (votes[tap] < 0.0) {
      continue;
    }
    var sum = 0.0;
    for (var other = 0u; other < 8u; other++) {
      if (votes[other] > 0.0 && all(labels[other] == labels[tap])) {
        sum += votes[other];
      }
    }
    if (sum > most + TIE_MARGIN || (sum > most - TIE_MARGIN && is_less(labels[tap], best))) {
      most = sum;
      best = labels[tap];
    }
  }
  return best;
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

// Signed ids order by their high word with the sign bit flipped.
fn id_index(raw: vec2u) -> u32 {
  let flip = select(0u, 0x80000000u, SOURCE == INT64);
  let start = job.id_start;
  let count = job.id_count;
  var first = 1u;
  var last = count;
  while (first < last) {
    let middle = (first + last) / 2u;
    let low = tables[start + 2u * middle];
    let high = tables[start + 2u * middle + 1u];
    if ((high ^ flip) < (raw.y ^ flip) || (high == raw.y && low < raw.x)) {
      first = middle + 1u;
    } else {
      last = middle;
    }
  }
  let found = first < count && tables[start + 2u * first] == raw.x && tables[start + 2u * first + 1u] == raw.y;
  return select(0u, first, found);
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

// The value of an inside voxel that is not copied as it is.
fn sampled(k: vec3f, at: Coordinate) -> f32 {
  if (LINEAR) {
    if (BOX) {
      return sample_box(k, job.subsamples);
    }
    if (any(at.fraction != vec3f(0.0))) {
      return sample_linear(at);
    }
  }
  if (ARGMAX) {
    return number_of(argmax_raw(at));
  }
  return number_of(screened(nearest_raw(at)));
}

// Output bits of an inside voxel.
fn rendered_bits(voxel: vec3u, at: Coordinate) -> u32 {
  if (STAGE) {
    return encode_float(apply_values(bitcast<f32>(heap0[stage_index(voxel)]), voxel));
  }
  let k = vec3f(voxel);
  if (VALUES) {
    return encode_float(apply_values(sampled(k, at), voxel));
  }
  if (LINEAR && (BOX || any(at.fraction != vec3f(0.0)))) {
    return encode_float(sampled(k, at));
  }
  if (ARGMAX) {
    return exact_bits(argmax_raw(at));
  }
  return exact_bits(screened(nearest_raw(at)));
}

fn put_value(element: u32, width: u32, bits: u32) {
  let per_word = 32u / width;
  let word = element / per_word;
  let shift = (element % per_word) * width;
  let field = ((1u << width) - 1u) << shift;
  atomicAnd(&values[word], ~field);
  atomicOr(&values[word], bits << shift);
}

fn put_inside(element: u32, bit: u32) {
  let shift = (element % 4u) * 8u;
  atomicAnd(&insides[element / 4u], ~(0xffu << shift));
  atomicOr(&insides[element / 4u], bit << shift);
}

fn store_values(first: u32, valid: vec4<bool>, bits: vec4u) {
  let stride = job.out_stride;
  let start = job.out_start + first * stride;
  let whole = all(valid) && stride == 1u && LANES == 4u;
  if (OUTPUT == OUT_UINT8 && whole) {
    atomicStore(&values[start / 4u], bits.x | (bits.y << 8u) | (bits.z << 16u) | (bits.w << 24u));
    return;
  }
  if (OUTPUT == OUT_FLOAT16 && whole) {
    atomicStore(&values[start / 2u], bits.x | (bits.y << 16u));
    atomicStore(&values[start / 2u + 1u], bits.z | (bits.w << 16u));
    return;
  }
  for (var i = 0u; i < LANES; i++) {
    if (valid[i]) {
      let element = start + i * stride;
      if (OUTPUT == OUT_UINT8) {
        put_value(element, 8u, bits[i]);
      } else if (OUTPUT == OUT_FLOAT16) {
        put_value(element, 16u, bits[i]);
      } else {
        atomicStore(&values[element], bits[i]);
      }
    }
  }
}

fn store_insides(first: u32, valid: vec4<bool>, inside: vec4u) {
  let stride = job.mask_stride;
  let start = job.mask_start + first * stride;
  if (all(valid) && stride == 1u && start % 4u == 0u) {
    atomicStore(&insides[start / 4u], inside.x | (inside.y << 8u) | (inside.z << 16u) | (inside.w << 24u));
    return;
  }
  for (var i = 0u; i < LANES; i++) {
    if (valid[i]) {
      put_inside(start + i * stride, inside[i]);
    }
  }
}

// Elements before the job in its first packed word, so many lanes the first thread has less: its first
// element wraps below 0 and is not valid.
fn word_phase() -> u32 {
  if (OUTPUT == OUT_UINT8 || OUTPUT == OUT_FLOAT16) {
    return job.out_start % LANES;
  }
  return job.mask_start % LANES;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  job = jobs[group.z];
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  let first = thread * LANES - word_phase();
  let shape = job.shape;
  var valid = vec4<bool>(false);
  var bits = vec4u(0u);
  var inside = vec4u(0u);
  for (var i = 0u; i < LANES; i++) {
    let element = first + i;
    valid[i] = element < job.voxel_count;
    if (valid[i]) {
      let row = element / shape.z;
      let k = vec3u(row / shape.y, row % shape.y, element - row * shape.z);
      if (WARP) {
        displacement = displacement_at(k, job.warp_start);
      }
      let at = coordinate_at(vec3f(k));
      if (is_inside(at, job.volume_shape)) {
        // Values of unknown voxels stay 0.
        if (!(UNKNOWN && is_unknown(nearest_raw(at)))) {
          inside[i] = 1u;
          bits[i] = rendered_bits(k, at);
        }
      } else {
        bits[i] = job.pad_bits;
      }
    }
  }
  if (any(valid)) {
    store_values(first, valid, bits);
    if (MASK) {
      store_insides(first, valid, inside);
    }
  }
}
