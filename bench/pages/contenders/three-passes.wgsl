// Augmentation as it is usually written: each entry point is a pass over the patch. A volume is one buffer of uint8 voxels.

struct Settings {
  // Columns: the step of the stored coordinate per output z, y, x; then that of output voxel 0.
  column_z: vec4f,
  column_y: vec4f,
  column_x: vec4f,
  start: vec4f,
  shape: vec4u,
  volume: vec4u,
  // Mean and factor of the contrast, brightness, gamma.
  grey: vec4f,
  // Standard deviation of the noise.
  noise: vec4f,
  seed: vec4u,
}

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> volume: array<u32>;
@group(0) @binding(2) var<storage, read_write> voxels: array<f32>;

fn stored(z: u32, y: u32, x: u32) -> f32 {
  let i = (z * settings.volume.y + y) * settings.volume.z + x;
  return f32(extractBits(volume[i >> 2u], (i & 3u) * 8u, 8u));
}

fn index_of(k: vec3u) -> u32 {
  return (k.z * settings.shape.y + k.y) * settings.shape.z + k.x;
}

fn coordinate(k: vec3u) -> vec3f {
  let z = settings.column_z.xyz * f32(k.z);
  return settings.start.xyz + z + settings.column_y.xyz * f32(k.y) + settings.column_x.xyz * f32(k.x);
}

@compute @workgroup_size(64)
fn resample_linear(@builtin(global_invocation_id) k: vec3u) {
  if (k.x >= settings.shape.z) {
    return;
  }
  let v = coordinate(k);
  let size = vec3f(settings.volume.xyz);
  var value = 0.0;
  if (all(v >= vec3f(0.0)) && all(v <= size - 1.0)) {
    let cell = min(vec3u(v), settings.volume.xyz - 2u);
    let w = v - vec3f(cell);
    let a = mix(stored(cell.x, cell.y, cell.z), stored(cell.x, cell.y, cell.z + 1u), w.z);
    let b = mix(stored(cell.x, cell.y + 1u, cell.z), stored(cell.x, cell.y + 1u, cell.z + 1u), w.z);
    let c = mix(stored(cell.x + 1u, cell.y, cell.z), stored(cell.x + 1u, cell.y, cell.z + 1u), w.z);
    let d = mix(stored(cell.x + 1u, cell.y + 1u, cell.z), stored(cell.x + 1u, cell.y + 1u, cell.z + 1u), w.z);
    value = mix(mix(a, b, w.y), mix(c, d, w.y), w.x);
  }
  voxels[index_of(k)] = value;
}

@compute @workgroup_size(64)
fn resample_nearest(@builtin(global_invocation_id) k: vec3u) {
  if (k.x >= settings.shape.z) {
    return;
  }
  let v = floor(coordinate(k) + 0.5);
  var value = 0.0;
  if (all(v >= vec3f(0.0)) && all(v < vec3f(settings.volume.xyz))) {
    let cell = vec3u(v);
    value = stored(cell.x, cell.y, cell.z);
  }
  voxels[index_of(k)] = value;
}

@compute @workgroup_size(64)
fn contrast(@builtin(global_invocation_id) k: vec3u) {
  if (k.x < settings.shape.z) {
    let i = index_of(k);
    voxels[i] = settings.grey.x + (voxels[i] - settings.grey.x) * settings.grey.y;
  }
}

@compute @workgroup_size(64)
fn brightness(@builtin(global_invocation_id) k: vec3u) {
  if (k.x < settings.shape.z) {
    let i = index_of(k);
    voxels[i] = voxels[i] + settings.grey.z;
  }
}

@compute @workgroup_size(64)
fn gamma(@builtin(global_invocation_id) k: vec3u) {
  if (k.x < settings.shape.z) {
    let i = index_of(k);
    voxels[i] = 255.0 * pow(max(voxels[i] / 255.0, 0.0), settings.grey.w);
  }
}

// PCG, two words per voxel, and Box and Muller.
fn hash(word: u32) -> u32 {
  let state = word * 747796405u + 2891336453u;
  let mixed = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (mixed >> 22u) ^ mixed;
}

@compute @workgroup_size(64)
fn gaussian_noise(@builtin(global_invocation_id) k: vec3u) {
  if (k.x < settings.shape.z) {
    let i = index_of(k);
    let first = hash(i ^ settings.seed.x);
    let u = (f32(first >> 8u) + 1.0) / 16777216.0;
    let angle = f32(hash(first) >> 8u) / 16777216.0 * 6.2831853;
    voxels[i] = voxels[i] + settings.noise.x * sqrt(-2.0 * log(u)) * cos(angle);
  }
}

@compute @workgroup_size(64)
fn clip(@builtin(global_invocation_id) k: vec3u) {
  if (k.x < settings.shape.z) {
    let i = index_of(k);
    voxels[i] = clamp(voxels[i], 0.0, 255.0);
  }
}

@compute @workgroup_size(64)
fn normalise(@builtin(global_invocation_id) k: vec3u) {
  if (k.x < settings.shape.z) {
    let i = index_of(k);
    voxels[i] = voxels[i] / 255.0;
  }
}
