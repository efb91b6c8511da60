// Target stages that look at one voxel at a time. Between target-volume.wgsl and target-pass.wgsl. Twin: src/cpu/targets/points.ts.

override OP: u32 = 0u;
// Whether the source holds floats.
override FLOATS: bool = false;

const INFER = 0u;
const BINARIZE = 1u;
const REMAP = 2u;
const ONE_HOT = 3u;

// Stage words of a list per output channel: its first word, its end; then the lists.
fn list_start(channel: u32) -> u32 {
  return stage_word(2u * channel);
}

fn list_end(channel: u32) -> u32 {
  return stage_word(2u * channel + 1u);
}

// The class itself where it is known; absent where one that excludes it is present.
fn infer(channel: u32, voxel: u32) -> Labelled {
  let own = channel * source_stride() + voxel;
  if (is_known(own)) {
    return Labelled(source[own], 1u);
  }
  for (var i = list_start(channel); i < list_end(channel); i++) {
    let other = stage_word(i) * source_stride() + voxel;
    if (is_known(other) && is_present(source[other])) {
      return Labelled(0u, 1u);
    }
  }
  return UNKNOWN;
}

fn is_present(word: u32) -> bool {
  if (FLOATS) {
    return bitcast<f32>(word) != 0.0;
  }
  return word != 0u;
}

fn number(word: u32) -> f32 {
  if (FLOATS) {
    return bitcast<f32>(word);
  }
  return f32(word);
}

fn binarize(channel: u32, voxel: u32) -> Labelled {
  let own = channel * source_stride() + voxel;
  if (!is_known(own)) {
    return UNKNOWN;
  }
  return Labelled(select(0u, 1u, number(source[own]) > bitcast<f32>(stage_word(0u))), 1u);
}

// Stage words: entries, then what others become (keep, known, label); then (from, known, label) by ascending from.
fn remap(channel: u32, voxel: u32) -> Labelled {
  let own = channel * source_stride() + voxel;
  if (!is_known(own)) {
    return UNKNOWN;
  }
  let label = source[own];
  let count = stage_word(0u);
  var first = 0u;
  var last = count;
  while (first < last) {
    let middle = (first + last) / 2u;
    if (stage_word(4u + 3u * middle) < label) {
      first = middle + 1u;
    } else {
      last = middle;
    }
  }
  let entry = 4u + 3u * first;
  if (first < count && stage_word(entry) == label) {
    return Labelled(stage_word(entry + 2u), stage_word(entry + 1u));
  }
  if (stage_word(1u) == 1u) {
    return Labelled(label, 1u);
  }
  return Labelled(stage_word(3u), stage_word(2u));
}

// Stage words: number of ids, then the ids.
fn one_hot(channel: u32, voxel: u32) -> Labelled {
  let count = stage_word(0u);
  let own = (channel / count) * source_stride() + voxel;
  if (!is_known(own)) {
    return UNKNOWN;
  }
  return Labelled(select(0u, 1u, source[own] == stage_word(1u + channel % count)), 1u);
}

// Present where a member is, absent where all are known to be.
fn union_of(channel: u32, voxel: u32) -> Labelled {
  var known = 1u;
  for (var i = list_start(channel); i < list_end(channel); i++) {
    let member = stage_word(i) * source_stride() + voxel;
    if (!is_known(member)) {
      known = 0u;
    } else if (source[member] != 0u) {
      return Labelled(1u, 1u);
    }
  }
  return Labelled(0u, known);
}

fn evaluate(channel: u32, voxel: u32) -> Labelled {
  switch OP {
    case INFER: { return infer(channel, voxel); }
    case BINARIZE: { return binarize(channel, voxel); }
    case REMAP: { return remap(channel, voxel); }
    case ONE_HOT: { return one_hot(channel, voxel); }
    default: { return union_of(channel, voxel); }
  }
}
