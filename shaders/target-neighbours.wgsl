// Target stages that compare labels with those nearby. Between target-volume.wgsl and target-pass.wgsl. Twin: src/cpu/targets/neighbours.ts.
//
// Stage words: number of offsets, then (index step in the source, city-block distance) by ascending distance.

override OP: u32 = 0u;

const AFFINITIES = 0u;
const BOUNDARY = 1u;
const ERODE = 2u;

fn neighbour(element: u32, i: u32) -> u32 {
  return element + stage_word(1u + 2u * i);
}

// Output channels are the offsets of the first source channel, then those of the next.
fn affinity(channel: u32, voxel: u32) -> Labelled {
  let count = stage_word(0u);
  let own = (channel / count) * source_stride() + source_voxel(voxel);
  let other = neighbour(own, channel % count);
  if (!is_known(own) || !is_known(other)) {
    return UNKNOWN;
  }
  return Labelled(select(0u, 1u, source[own] != 0u && source[own] == source[other]), 1u);
}

fn boundary(own: u32) -> Labelled {
  var known = 1u;
  for (var i = 0u; i < stage_word(0u); i++) {
    let near = neighbour(own, i);
    if (!is_known(near)) {
      known = 0u;
    } else if (source[near] != source[own]) {
      return Labelled(1u, 1u);
    }
  }
  return Labelled(0u, known);
}

fn eroded(own: u32) -> Labelled {
  if (source[own] == 0u) {
    return Labelled(0u, 1u);
  }
  let edge = boundary(own);
  return Labelled(select(source[own], 0u, edge.value == 1u || edge.known == 0u), edge.known);
}

fn dilated(own: u32) -> Labelled {
  if (source[own] != 0u) {
    return Labelled(source[own], 1u);
  }
  var nearest = 0u;
  var distance = 0u;
  for (var i = 0u; i < stage_word(0u); i++) {
    let away = stage_word(2u + 2u * i);
    if (nearest != 0u && away > distance) {
      break;
    }
    let near = neighbour(own, i);
    // An unknown voxel at least as near as the label found may hold another one.
    if (!is_known(near)) {
      return UNKNOWN;
    }
    let label = source[near];
    if (label != 0u && (nearest == 0u || label < nearest)) {
      nearest = label;
      distance = away;
    }
  }
  return Labelled(nearest, 1u);
}

fn evaluate(channel: u32, voxel: u32) -> Labelled {
  if (OP == AFFINITIES) {
    return affinity(channel, voxel);
  }
  let own = channel * source_stride() + source_voxel(voxel);
  if (!is_known(own)) {
    return UNKNOWN;
  }
  switch OP {
    case BOUNDARY: { return boundary(own); }
    case ERODE: { return eroded(own); }
    default: { return dilated(own); }
  }
}
