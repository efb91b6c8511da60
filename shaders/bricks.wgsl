// Stored voxels from bricks. Follows sample.wgsl; `job` and `tables` are render.wgsl's. Twin: src/cpu/gather.ts.
//
// Bricks lie in up to four heaps of 32-bit words. A page table entry is a heap (2 high bits) and a word
// offset (30 bits); MISSING reads as the fill value.

// Heaps that hold bricks.
override HEAPS: u32 = 4u;
// Whether the job has a code of absent and of unknown voxels.
override ABSENT: bool = false;
override UNKNOWN: bool = false;
override BRICK_Z: u32 = 64u;
override BRICK_Y: u32 = 64u;
override BRICK_X: u32 = 64u;
// log2 of the brick's shape; used when all three are powers of two.
override SHIFTS: bool = true;
override SHIFT_Z: u32 = 6u;
override SHIFT_Y: u32 = 6u;
override SHIFT_X: u32 = 6u;

const MISSING = 0xffffffffu;

@group(0) @binding(2) var<storage, read> heap0: array<u32>;
@group(0) @binding(3) var<storage, read> heap1: array<u32>;
@group(0) @binding(4) var<storage, read> heap2: array<u32>;
@group(0) @binding(5) var<storage, read> heap3: array<u32>;

fn heap_word(heap: u32, i: u32) -> u32 {
  if (HEAPS <= 1u) {
    return heap0[i];
  }
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
  var low = vec4u(page_at(p.x, p.y, p.z));
  var high = low;
  // One page serves all eight taps except along brick faces. A loop, since a branch that no thread takes costs its loads
  // on adapters that run both sides of one.
  for (var crosses = any(p != q); crosses; crosses = false) {
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
