// Votes of labels, and ids that become indices into a table. Follows bricks.wgsl. Twins: src/cpu/argmax.ts, src/plan/ids.ts.
//
// The id table of a job is word pairs (low, high), entry 0 being id 0 and the others ascending.

// Votes that differ by less are a tie.
const TIE_MARGIN = 1e-5;

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
