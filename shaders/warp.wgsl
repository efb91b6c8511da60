// Displacements beside the matrix of a read. Reads `tables`, which render.wgsl binds. Twin: src/cpu/warp.ts.
//
//   v = base + matrix · k + offset + d(k),  d(k) = shift[k] + u(first + step ⊙ k + grid_shift[k])
//
// shift and grid_shift belong to the section that k lies in. u is the uniform cubic B-spline through a grid of
// control points, whose outermost ones repeat beyond it; displacements are stored voxels z, y, x.
//
// Words at `start` (src/gpu/warp.ts writes them): 0 first, 3 step (floats), 6 shape of the grid, 9 section axis
// (3: none), 10 words of shifts, 12 shifts (six floats per voxel along that axis), then control points.

fn warp_floats(at: u32) -> vec3f {
  return bitcast<vec3f>(vec3u(tables[at], tables[at + 1u], tables[at + 2u]));
}

// Weights of the control points floor(g) - 1 to floor(g) + 2.
fn cubic_weights(fraction: f32) -> vec4f {
  let t = fraction;
  let s = 1.0 - t;
  return vec4f(s * s * s, 4.0 + t * t * (3.0 * t - 6.0), 4.0 + s * s * (3.0 * s - 6.0), t * t * t) / 6.0;
}

fn elastic_at(grid: vec3f, shape: vec3i, points: u32) -> vec3f {
  let cell = floor(grid);
  let first = vec3i(cell) - 1;
  let last = shape - 1;
  let weights_z = cubic_weights(grid.x - cell.x);
  let weights_y = cubic_weights(grid.y - cell.y);
  let weights_x = cubic_weights(grid.z - cell.z);
  let x = clamp(vec4i(first.z) + vec4i(0, 1, 2, 3), vec4i(0), vec4i(last.z));
  var sum = vec3f(0.0);
  for (var i = 0; i < 4; i++) {
    let plane = clamp(first.x + i, 0, last.x) * shape.y;
    for (var j = 0; j < 4; j++) {
      let line = (plane + clamp(first.y + j, 0, last.y)) * shape.z;
      let at = points + 3u * vec4u(line + x);
      let along = warp_floats(at.x) * weights_x.x + warp_floats(at.y) * weights_x.y
        + warp_floats(at.z) * weights_x.z + warp_floats(at.w) * weights_x.w;
      sum += along * (weights_z[i] * weights_y[j]);
    }
  }
  return sum;
}

fn displacement_at(k: vec3u, start: u32) -> vec3f {
  var moved = vec3f(0.0);
  var grid = warp_floats(start) + warp_floats(start + 3u) * vec3f(k);
  let axis = tables[start + 9u];
  if (axis < 3u) {
    let shift = start + 12u + 6u * k[axis];
    moved = warp_floats(shift);
    grid += warp_floats(shift + 3u);
  }
  let shape = vec3i(vec3u(tables[start + 6u], tables[start + 7u], tables[start + 8u]));
  if (shape.x > 0) {
    moved += elastic_at(grid, shape, start + 12u + tables[start + 10u]);
  }
  return moved;
}
