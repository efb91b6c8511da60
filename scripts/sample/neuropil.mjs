/**
 * A made-up piece of neuropil: what is where, and how it would look under a FIB-SEM.
 *
 * `planNeuropil` draws the objects: neurites as curves with a radius, laid one after another into the widest
 * gap, and their organelles. `renderNeuropil` then gives each voxel to the neurite whose surface is nearest
 * (an additively weighted Voronoi diagram of the curves), so that the cells fill space as tissue does.
 * All lengths are in voxels, all coordinates z, y, x. The same seed gives the same voxels.
 */

/** Classes of a voxel; every voxel has exactly one. An organelle's class includes its own membrane. */
export const voxelClass = { cytoplasm: 0, membrane: 1, lumen: 2, mito: 3 };

/** Floats per capsule: z, y, x and radius of its two ends. */
const CAPSULE = 8;
/** Curves run on beyond the volume, so that its faces look like its middle. */
const MARGIN = 40;
const STEP = 14;
const NOISE_SIZE = 32;
/** Edge of the blocks whose voxels share one list of what is near; `CELL` is where that search starts. */
const BLOCK = 4;
const CELL = 64;
/** Furthest that the warp moves two voxels apart or together, in all and per voxel between them. */
const MAX_WARP = 14;
const WARP_SLOPE = 0.8;

/** 32-bit avalanche hash (Source: lowbias32, https://nullprogram.com/blog/2018/07/31/). */
export function hash32(value) {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A generator of uniform numbers in [0, 1): the hash of a counter.
 *
 * @param {number} seed
 */
function createRandom(seed) {
  const key = hash32(seed);
  let counter = 0;
  return () => hash32(key + Math.imul(counter++, 0x9e3779b9)) / 2 ** 32;
}

/**
 * @typedef {object} Neuropil What is in the volume, as flat arrays that travel to a worker.
 * @property {number} size Edge of the volume.
 * @property {number} seed
 * @property {Float32Array} capsules Segments of neurites, `CAPSULE` floats each.
 * @property {Int32Array} owners Neurite of each segment, from 0.
 * @property {Float32Array} looks Per neurite: brightness offset, vesicle density.
 * @property {Float32Array} organelles Capsules of organelles.
 * @property {Int32Array} organelleOwners Neurite of each organelle capsule.
 * @property {Uint8Array} organelleClasses `voxelClass.lumen` or `voxelClass.mito`.
 * @property {Float32Array} cristae Per organelle capsule: the direction across its cristae, z, y, x.
 */

/** Uniform on the unit sphere. */
function drawDirection(random) {
  const z = 2 * random() - 1;
  const angle = 2 * Math.PI * random();
  const r = Math.sqrt(1 - z * z);
  return [z, r * Math.sin(angle), r * Math.cos(angle)];
}

function normalize([z, y, x]) {
  const length = Math.hypot(z, y, x) || 1;
  return [z / length, y / length, x / length];
}

/**
 * Draws the objects of a volume.
 *
 * @param {number} size
 * @param {number} seed
 * @returns {Neuropil}
 */
export function planNeuropil(size, seed) {
  const random = createRandom(seed);
  /** @type {{points: number[][], radii: number[], radius: number}[]} */
  const neurites = [];
  /** Vertices laid so far: z, y, x, radius; a typed array, as nearly all the time goes into reading it. */
  let laid = new Float32Array(4096);
  let laidLength = 0;
  const lay = (vertex) => {
    if (laidLength + 4 > laid.length) {
      const grown = new Float32Array(2 * laid.length);
      grown.set(laid);
      laid = grown;
    }
    laid.set(vertex, laidLength);
    laidLength += 4;
  };

  const clearance = ([z, y, x]) => {
    let least = size;
    for (let i = 0; i < laidLength; i += 4) {
      const dz = z - laid[i];
      const dy = y - laid[i + 1];
      const dx = x - laid[i + 2];
      const squared = dz * dz + dy * dy + dx * dx;
      const reach = least + laid[i + 3];
      if (reach > 0 && squared < reach * reach) least = Math.sqrt(squared) - laid[i + 3];
    }
    return least;
  };
  const isNear = (p) => p.every((v) => v > -MARGIN && v < size + MARGIN);
  const drawPoint = () => [0, 1, 2].map(() => random() * (size + 2 * MARGIN) - MARGIN);

  /** A persistent random walk that keeps out of the others' way. */
  const walk = (start, direction, radius, maxSteps) => {
    const points = [];
    let [point, heading] = [start, direction];
    for (let i = 0; i < maxSteps; i++) {
      let best = null;
      for (let attempt = 0; attempt < 7; attempt++) {
        const jitter = drawDirection(random);
        const next = normalize(heading.map((v, k) => v + 0.55 * jitter[k]));
        const candidate = point.map((v, k) => v + STEP * next[k]);
        const room = Math.min(clearance(candidate), 1.5 * radius);
        if (!best || room > best.room) best = { room, next, candidate };
      }
      [point, heading] = [best.candidate, best.next];
      points.push(point);
      if (!isNear(point) || best.room < -0.4 * radius) break;
    }
    return points;
  };

  const drawRadius = (index) => {
    if (index < size / 60) return 24 + 14 * random();
    if (index < size / 7) return 12 + 9 * random();
    return 5 + 6 * random() ** 2;
  };

  for (let failures = 0; failures < 25; ) {
    let start = drawPoint();
    let room = clearance(start);
    for (let attempt = 0; attempt < 40; attempt++) {
      const candidate = drawPoint();
      const candidateRoom = clearance(candidate);
      if (candidateRoom > room) [start, room] = [candidate, candidateRoom];
    }
    if (room < 7.5) {
      failures++;
      continue;
    }
    const radius = Math.min(drawRadius(neurites.length), Math.max(5, 0.9 * room));
    const direction = drawDirection(random);
    const back = walk(
      start,
      direction.map((v) => -v),
      radius,
      80,
    );
    const points = [...back.reverse(), start, ...walk(start, direction, radius, 80)];
    // Neurites swell and narrow along their way.
    const phase = 2 * Math.PI * random();
    const radii = points.map((_, i) => radius * (1 + 0.3 * Math.sin(phase + 0.9 * i) * random()));
    neurites.push({ points, radii, radius });
    points.forEach((p, i) => {
      lay([...p, radii[i]]);
    });
  }

  const capsules = [];
  const owners = [];
  const looks = [];
  const organelles = [];
  const organelleOwners = [];
  const organelleClasses = [];
  const cristae = [];

  /** Puts an organelle along vertices `from` to `to` of a neurite, beside its centre line. */
  const addOrganelle = (owner, from, to, radius, maxOffset, wander, kind) => {
    const { points } = neurites[owner];
    const offset = drawDirection(random).map((v) => v * maxOffset);
    const across = drawDirection(random);
    const path = points.slice(from, to + 1).map((p) => {
      const jitter = drawDirection(random);
      return p.map((v, k) => v + offset[k] + wander * jitter[k]);
    });
    const ends = path.length === 1 ? [path[0], path[0].map((v, k) => v + 0.4 * radius * across[k])] : path;
    for (let i = 0; i + 1 < ends.length; i++) {
      const swell = () => radius * (0.85 + 0.3 * random());
      organelles.push(...ends[i], swell(), ...ends[i + 1], swell());
      organelleOwners.push(owner);
      organelleClasses.push(kind);
      cristae.push(...across);
    }
  };

  neurites.forEach(({ points, radii, radius }, owner) => {
    for (let i = 0; i + 1 < points.length; i++) {
      capsules.push(...points[i], radii[i], ...points[i + 1], radii[i + 1]);
      owners.push(owner);
    }
    const last = points.length - 1;
    const isClear = radius > 10 && radius < 22 && random() < 0.12;
    const darkness = random() < 0.12 ? 34 : 0;
    looks.push(-12 + 28 * random() - darkness, random() < 0.35 ? 0.35 + 0.5 * random() : 0);
    if (isClear) {
      addOrganelle(owner, 0, last, 0.5 * radius, 0.15 * radius, 1.5, voxelClass.lumen);
      return;
    }
    if (radius > 7) {
      const count = Math.round((points.length * radius) / 130 + random());
      for (let i = 0; i < count; i++) {
        const from = Math.floor(random() * last);
        const to = Math.min(last, from + 1 + Math.floor(6 * random()));
        const mitoRadius = Math.min(15, Math.max(6, (0.55 + 0.25 * random()) * radius));
        addOrganelle(owner, from, to, mitoRadius, Math.max(0, radius - mitoRadius), 1.5, voxelClass.mito);
      }
    }
    // Endoplasmic reticulum: thin tubes; and now and then a vacuole.
    if (radius > 8) {
      const count = Math.round((points.length * radius) / 110);
      for (let i = 0; i < count; i++) {
        const from = Math.floor(random() * last);
        const to = Math.min(last, from + 2 + Math.floor(6 * random()));
        addOrganelle(owner, from, to, 2 + 1.6 * random(), 0.75 * radius, 3, voxelClass.lumen);
      }
    }
    if (radius > 9 && random() < 0.3) {
      const at = Math.floor(random() * points.length);
      addOrganelle(owner, at, at, 4 + 4 * random(), 0.4 * radius, 0, voxelClass.lumen);
    }
  });

  return {
    size,
    seed,
    capsules: Float32Array.from(capsules),
    owners: Int32Array.from(owners),
    looks: Float32Array.from(looks),
    organelles: Float32Array.from(organelles),
    organelleOwners: Int32Array.from(organelleOwners),
    organelleClasses: Uint8Array.from(organelleClasses),
    cristae: Float32Array.from(cristae),
  };
}

/**
 * Smooth noise in [-1, 1] with one feature per unit length, repeating every `NOISE_SIZE`: trilinear between
 * random values on a lattice. Several independent channels share the work of finding one's place in it.
 *
 * @param {number} seed
 * @param {number} channels
 * @returns {(z: number, y: number, x: number, amplitude: number, out: Float64Array) => void} Adds the noise times
 *   `amplitude` to `out`, one number per channel.
 */
function createNoise(seed, channels) {
  const key = hash32(seed);
  const table = Float32Array.from(
    { length: channels * NOISE_SIZE ** 3 },
    (_, i) => hash32(key + Math.imul(i, 0x9e3779b9)) / 2 ** 31 - 1,
  );
  const mask = NOISE_SIZE - 1;
  return (z, y, x, amplitude, out) => {
    const z0 = Math.floor(z);
    const y0 = Math.floor(y);
    const x0 = Math.floor(x);
    let fz = z - z0;
    let fy = y - y0;
    let fx = x - x0;
    fz = fz * fz * (3 - 2 * fz);
    fy = fy * fy * (3 - 2 * fy);
    fx = fx * fx * (3 - 2 * fx);
    const a = (z0 & mask) * NOISE_SIZE;
    const b = ((z0 + 1) & mask) * NOISE_SIZE;
    const c = y0 & mask;
    const d = (y0 + 1) & mask;
    const e = (x0 & mask) * channels;
    const f = ((x0 + 1) & mask) * channels;
    const ac = (a + c) * NOISE_SIZE * channels;
    const ad = (a + d) * NOISE_SIZE * channels;
    const bc = (b + c) * NOISE_SIZE * channels;
    const bd = (b + d) * NOISE_SIZE * channels;
    for (let i = 0; i < channels; i++) {
      const vac = table[ac + e + i] + (table[ac + f + i] - table[ac + e + i]) * fx;
      const vad = table[ad + e + i] + (table[ad + f + i] - table[ad + e + i]) * fx;
      const vbc = table[bc + e + i] + (table[bc + f + i] - table[bc + e + i]) * fx;
      const vbd = table[bd + e + i] + (table[bd + f + i] - table[bd + e + i]) * fx;
      const va = vac + (vad - vac) * fy;
      const vb = vbc + (vbd - vbc) * fy;
      out[i] += amplitude * (va + (vb - va) * fz);
    }
  };
}

/** One channel of such noise as a plain function. */
function createScalarNoise(seed) {
  const noise = createNoise(seed, 1);
  const out = new Float64Array(1);
  return (z, y, x) => {
    out[0] = 0;
    noise(z, y, x, 1, out);
    return out[0];
  };
}

/**
 * Distance from a point to a capsule's surface, negative inside. Writes the vector from its axis to `away`.
 */
function capsuleDistance(capsules, i, z, y, x, away) {
  const o = i * CAPSULE;
  const az = capsules[o + 4] - capsules[o];
  const ay = capsules[o + 5] - capsules[o + 1];
  const ax = capsules[o + 6] - capsules[o + 2];
  let dz = z - capsules[o];
  let dy = y - capsules[o + 1];
  let dx = x - capsules[o + 2];
  const along = (dz * az + dy * ay + dx * ax) / (az * az + ay * ay + ax * ax + 1e-6);
  const t = Math.min(1, Math.max(0, along));
  dz -= t * az;
  dy -= t * ay;
  dx -= t * ax;
  away[0] = dz;
  away[1] = dy;
  away[2] = dx;
  const length = Math.sqrt(dz * dz + dy * dy + dx * dx);
  away[3] = length;
  return length - (capsules[o + 3] + t * (capsules[o + 7] - capsules[o + 3]));
}

/** How much the distance to a capsule can differ between the centre of a cube and the rest of it. */
function reachOf(edge) {
  const radius = (edge / 2) * Math.sqrt(3);
  // The factor allows for capsules whose radius changes along their way.
  return 1.1 * (radius + Math.min(MAX_WARP, WARP_SLOPE * radius));
}

/** 1 below `from`, 0 above `to`, smooth between. */
function fade(from, to, value) {
  const t = (value - from) / (to - from);
  if (t <= 0) return 1;
  if (t >= 1) return 0;
  return 1 - t * t * (3 - 2 * t);
}

/** Darkness of a membrane pair at a distance from its middle: two leaves, and a slightly lighter cleft. */
function membraneProfile(distance) {
  if (distance < 0.7) return 0.8 + 0.4 * distance * distance;
  const t = distance - 0.7;
  return Math.exp(-t * t * 1.6);
}

/**
 * Renders planes `zStart` to `zEnd` of the volume into arrays of the whole volume (C order).
 *
 * @param {Neuropil} neuropil
 * @param {number} zStart A multiple of 4.
 * @param {number} zEnd
 * @param {{raw: Uint8Array, classes: Uint8Array, instances: Uint16Array}} out `instances` counts neurites from 1,
 *   0 on the membranes between them.
 */
export function renderNeuropil(neuropil, zStart, zEnd, out) {
  const { size, seed, capsules, owners, looks, organelles, organelleOwners, organelleClasses, cristae } =
    neuropil;
  const warpNoise = createNoise(seed * 16 + 1, 3);
  const texture = createScalarNoise(seed * 16 + 2);
  const cluster = createScalarNoise(seed * 16 + 3);
  const grainKey = hash32(seed * 16 + 6);
  const streakKey = hash32(seed * 16 + 7);
  const vesicleKey = hash32(seed * 16 + 8);
  const away = new Float64Array(4);
  const nearest = new Float64Array(owners.length);
  const blockReach = reachOf(BLOCK);
  const warped = new Float64Array(3);

  renderCells(Int32Array.from(owners.keys()), Int32Array.from(organelleOwners.keys()));

  function renderCells(segments, bodies) {
    for (let z = zStart; z < zEnd; z += CELL) {
      for (let y = 0; y < size; y += CELL) {
        for (let x = 0; x < size; x += CELL) renderCube(z, y, x, CELL, segments, bodies);
      }
    }
  }

  /** Renders a cube through its eight halves, each with what is near it only, down to single blocks. */
  function renderCube(z0, y0, x0, edge, segments, bodies) {
    if (z0 >= zEnd || y0 >= size || x0 >= size) return;
    const reach = reachOf(edge);
    warp(z0 + edge / 2, y0 + edge / 2, x0 + edge / 2);
    const near = segmentsNear(segments, reach);
    const inside = bodies.filter(
      (i) => capsuleDistance(organelles, i, warped[0], warped[1], warped[2], away) < reach + 3,
    );
    if (edge === BLOCK) {
      // Nearest first: a voxel stops at the first that is too far away.
      near.sort((a, b) => nearest[a] - nearest[b]);
      renderBlock(z0, y0, x0, near, inside);
      return;
    }
    const half = edge / 2;
    for (let octant = 0; octant < 8; octant++) {
      const z = z0 + half * (octant >> 2);
      const y = y0 + half * ((octant >> 1) & 1);
      renderCube(z, y, x0 + half * (octant & 1), half, near, inside);
    }
  }

  /** The segments that can be nearest or second nearest to a point within `reach` of `warped`. */
  function segmentsNear(candidates, reach) {
    let first = Infinity;
    let second = Infinity;
    let firstOwner = -1;
    for (const i of candidates) {
      const distance = capsuleDistance(capsules, i, warped[0], warped[1], warped[2], away);
      nearest[i] = distance;
      if (owners[i] === firstOwner) {
        if (distance < first) first = distance;
      } else if (distance < first) {
        second = first;
        first = distance;
        firstOwner = owners[i];
      } else if (distance < second) {
        second = distance;
      }
    }
    // Within `reach` the second can get farther by as much, and another one nearer.
    return candidates.filter((i) => nearest[i] <= second + 2 * reach);
  }

  /** Two octaves make outlines irregular: broad bends and small ripples. */
  function warp(z, y, x) {
    warped[0] = z;
    warped[1] = y;
    warped[2] = x;
    warpNoise(z / 21, y / 21, x / 21, 5, warped);
    warpNoise(z / 8 + 7.3, y / 8 + 3.1, x / 8 + 5.7, 1.8, warped);
  }

  function renderBlock(z0, y0, x0, near, inside) {
    // Illumination changes so slowly that a block may share it.
    const light = 9 * texture(z0 / 150 + 1.5, y0 / 150 + 2.5, x0 / 150 + 3.5);
    for (let z = z0; z < Math.min(z0 + BLOCK, zEnd); z++) {
      for (let y = y0; y < Math.min(y0 + BLOCK, size); y++) {
        for (let x = x0; x < Math.min(x0 + BLOCK, size); x++) renderVoxel(z, y, x, near, inside, light);
      }
    }
  }

  function renderVoxel(z, y, x, near, inside, light) {
    const at = (z * size + y) * size + x;
    warp(z, y, x);
    const wz = warped[0];
    const wy = warped[1];
    const wx = warped[2];

    // Distance to the nearest neurite and to the next other one, and the directions away from them.
    let first = Infinity;
    let second = Infinity;
    let firstOwner = -1;
    let gz = 0;
    let gy = 0;
    let gx = 0;
    let hz = 0;
    let hy = 0;
    let hx = 0;
    for (let n = 0; n < near.length; n++) {
      const i = near[n];
      if (nearest[i] - blockReach > second) break;
      const distance = capsuleDistance(capsules, i, wz, wy, wx, away);
      if (distance >= second) continue;
      const scale = 1 / (away[3] + 1e-6);
      if (distance < first) {
        if (owners[i] !== firstOwner) {
          second = first;
          hz = gz;
          hy = gy;
          hx = gx;
        }
        first = distance;
        firstOwner = owners[i];
        gz = away[0] * scale;
        gy = away[1] * scale;
        gx = away[2] * scale;
      } else if (owners[i] !== firstOwner) {
        second = distance;
        hz = away[0] * scale;
        hy = away[1] * scale;
        hx = away[2] * scale;
      }
    }
    // The interface is where both distances are equal; dividing by the slope of their difference gives
    // the distance to it, and so membranes of one thickness whatever the angle at which cells meet.
    const slope = Math.sqrt((gz - hz) ** 2 + (gy - hy) ** 2 + (gx - hx) ** 2);
    const depth = (second - first) / Math.max(slope, 0.12);

    const fine = texture(z / 2.1, y / 2.1, x / 2.1);
    const coarseTexture = texture(z / 5.5 + 11.7, y / 5.5 + 4.2, x / 5.5 + 9.9);
    const look = looks[firstOwner * 2];
    let value = 166 + look + 14 * fine + 13 * coarseTexture;
    let kind = voxelClass.cytoplasm;

    const vesicles = looks[firstOwner * 2 + 1];
    if (vesicles > 0 && depth > 4) value -= vesicleDarkness(z, y, x, vesicles);

    for (let n = 0; n < inside.length; n++) {
      const i = inside[n];
      // Where two organelles cross, the one that was laid first is in front.
      const isBehind = kind !== voxelClass.cytoplasm && kind !== organelleClasses[i];
      if (organelleOwners[i] !== firstOwner || isBehind) continue;
      // An organelle keeps a thin layer of cytoplasm between itself and the cell's surface.
      const surface = Math.max(capsuleDistance(organelles, i, wz, wy, wx, away), 4 - depth);
      if (surface > 2.5) continue;
      const isMito = organelleClasses[i] === voxelClass.mito;
      const interior = isMito
        ? mitoValue(i, z, y, x, wz, wy, wx) + 6 * fine
        : 216 + 4 * fine + 4 * coarseTexture;
      value += (interior - value) * fade(-0.9, 0.9, surface);
      // Segments of one organelle overlap: an outline there would be drawn across its inside.
      if (kind === voxelClass.cytoplasm) {
        const rim = isMito
          ? Math.exp(-((surface + 0.3) ** 2) / 1.3)
          : 0.75 * Math.exp(-((surface - 0.2) ** 2) / 1.1);
        value += ((isMito ? 72 : 92) - value) * rim;
      }
      if (surface < 0.6) kind = organelleClasses[i];
    }

    const tone = 0.82 + 0.18 * coarseTexture;
    const membrane = membraneProfile(depth) * tone;
    value += (66 + 6 * fine - value) * membrane;
    if (depth < 1.4) kind = voxelClass.membrane;

    out.raw[at] = Math.min(255, Math.max(1, Math.round(value + light + detectorNoise(z, x, at))));
    out.classes[at] = kind;
    out.instances[at] = kind === voxelClass.membrane ? 0 : firstOwner + 1;
  }

  /** Matrix with brighter cristae: wavy lamellae across the organelle. */
  function mitoValue(i, z, y, x, wz, wy, wx) {
    const across = cristae[i * 3] * wz + cristae[i * 3 + 1] * wy + cristae[i * 3 + 2] * wx;
    const wave = Math.sin(across * 1.05 + 2.6 * cluster(z / 10, y / 10, x / 10));
    return 104 + 30 * Math.max(0, wave) ** 1.5 - 8 * Math.max(0, -wave);
  }

  /** Small spheres with a dark shell, one at most per 7³ voxels, gathered in clusters. */
  function vesicleDarkness(z, y, x, density) {
    if (cluster(z / 26, y / 26, x / 26) < 0.5 - density) return 0;
    const pitch = 7;
    // Rows and planes are shifted against each other, so that no lattice shows.
    const cz = Math.floor(z / pitch);
    const yShift = (hash32(vesicleKey + cz) & 7) - 8;
    const cy = Math.floor((y - yShift) / pitch);
    const xShift = (hash32(vesicleKey + Math.imul(cz, 73856093) + cy) & 7) - 8;
    const cx = Math.floor((x - xShift) / pitch);
    const h = hash32(
      vesicleKey + Math.imul(cz, 73856093) + Math.imul(cy, 19349663) + Math.imul(cx, 83492791),
    );
    if ((h & 3) === 0) return 0;
    const dz = z - (cz * pitch + 2.2 + (2.6 * ((h >>> 8) & 255)) / 255);
    const dy = y - yShift - (cy * pitch + 2.2 + (2.6 * ((h >>> 16) & 255)) / 255);
    const dx = x - xShift - (cx * pitch + 2.2 + (2.6 * (h >>> 24)) / 255);
    const distance = Math.sqrt(dz * dz + dy * dy + dx * dx);
    return 48 * Math.exp(-((distance - 1.5) ** 2) / 0.9);
  }

  /** What the microscope adds: faint milling streaks along y, and noise. */
  function detectorNoise(z, x, at) {
    const streak = (hash32(streakKey + z * 4099 + x) / 2 ** 32 - 0.5) * 5;
    const h = hash32(grainKey + at);
    // The sum of four uniform bytes is close to normal; its standard deviation is 148.
    const grain = ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 148;
    return streak + 7 * grain;
  }
}
