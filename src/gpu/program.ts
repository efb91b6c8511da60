/**
 * Programs of point operations: the WGSL that applies them, and the words it reads. Pure.
 *
 * A program's **slots** are compiled: which operations may come, in which order. How often each comes for a sample, and
 * with which parameters, are words. So one pipeline serves all samples of a list of transforms.
 */
import { streams } from "../math/rng.js";
import { type NoiseKey, noiseWords, type PointOp, type PointOpName } from "../plan/values.js";
import type { Vec3 } from "../types.js";

/** Point operations on the voxels of a read. */
export interface PointWork {
  readonly ops: readonly PointOp[];
  readonly noise: NoiseKey;
  /** Voxel 0 of the read, in voxels of the patch; negative in the halo. */
  readonly origin: Vec3;
  readonly patchShape: Vec3;
  /** Of the patch's whole work, voxels on either side. */
  readonly halo: Vec3;
}

/** Where in a float32 stage a read's voxel 0 is; z, y, x. */
export interface StagePlace {
  readonly origin: Vec3;
  readonly shape: Vec3;
}

/** One operation of a program, any number of times in a row; with `!` where figures of the patch are its first parameters. */
export type ProgramSlot = PointOpName | `${PointOpName}!`;

/** Parameters of every operation, and how `shaders/values.wgsl` is called with those at `p`, the first being `a`, `b`, `c`. */
const operations: Readonly<Record<PointOpName, { readonly parameters: number; readonly call: string }>> = {
  range: { parameters: 2, call: "range_op(v, a, b)" },
  affine: { parameters: 2, call: "affine_op(v, a, b)" },
  contrast: { parameters: 2, call: "contrast_op(v, a, b)" },
  gamma: { parameters: 3, call: "gamma_op(v, a, b, c)" },
  clip: { parameters: 2, call: "clip_op(v, a, b)" },
  replace: { parameters: 3, call: "replace_op(v, vec3f(a, b, c))" },
  quantize: { parameters: 1, call: "quantize_op(v, a)" },
  threshold: { parameters: 1, call: "threshold_op(v, a)" },
  noise: { parameters: 3, call: "noise_op(v, voxel, a, b, c)" },
  speckle: { parameters: 2, call: "speckle_op(v, voxel, a, b)" },
  poisson: { parameters: 2, call: "poisson_op(v, voxel, a, b)" },
  box: { parameters: 8, call: "box_op(v, voxel, p)" },
  spot: { parameters: 14, call: "spot_op(v, voxel, p)" },
  bias: { parameters: 20, call: "bias_op(v, voxel, p)" },
};

/** Words before the slots; see `shaders/values.wgsl`. */
const headerWords = 21;

/** Words of a slot: how many operations, and where the first one is. */
const slotWords = 2;

function slotOf({ name, statistic }: PointOp): ProgramSlot {
  return statistic === undefined ? name : `${name}!`;
}

/** The slots of a list of operations: each once where it comes several times in a row. */
export function slotsOf(ops: readonly PointOp[]): ProgramSlot[] {
  return ops.map(slotOf).filter((slot, i, slots) => slot !== slots[i - 1]);
}

/** The function `apply_values` for slots: it follows `shaders/values.wgsl`. */
export function programSource(slots: readonly ProgramSlot[]): string {
  const body = slots.map((slot, i) => {
    const count = headerWords + slotWords * i;
    const name = slot.replace("!", "") as PointOpName;
    const { parameters, call } = operations[name];
    const names = ["a", "b", "c"].slice(0, parameters);
    const own = names.map((each, place) => `let ${each} = parameter(p + ${place}u);`);
    if (slot.endsWith("!")) {
      // Contrast takes the mean alone; others take both figures.
      own[0] = `let a = statistic(2u * program_word(p + ${parameters}u));`;
      if (name !== "contrast") own[1] = `let b = statistic(2u * program_word(p + ${parameters}u) + 1u);`;
    }
    const size = parameters + (slot.endsWith("!") ? 1 : 0);
    return [
      `  for (var n = 0u; n < program_word(${count}u); n++) {`,
      `    let p = program_word(${count + 1}u) + n * ${size}u;`,
      ...(parameters > 3 ? [] : own.map((line) => `    ${line}`)),
      `    v = ${call};`,
      "  }",
    ].join("\n");
  });
  return [
    "// The operations of this program on the values of four voxels from k on.",
    "fn apply_values(value: vec4f, k: vec3i) -> vec4f {",
    "  let voxel = k + vec3i(program_vector(0u));",
    "  var v = value;",
    ...body,
    "  return v;",
    "}",
  ].join("\n");
}

/**
 * The words of a program.
 *
 * @param slots that hold the operations in their order, {@link slotsOf} them or more
 * @param stage where the values come from, null when they come from bricks
 */
export function packProgram(
  { ops, noise, origin, patchShape, halo }: PointWork,
  slots: readonly ProgramSlot[],
  stage: StagePlace | null,
): Uint32Array<ArrayBuffer> {
  const { key, sampleLow, sampleHigh, epochStream } = noiseWords(noise, streams.noise);
  const header = [
    ...origin,
    ...patchShape,
    ...halo,
    ...key,
    sampleLow,
    sampleHigh,
    epochStream,
    noise.channel,
    ...(stage?.origin ?? [0, 0, 0]),
    ...(stage?.shape ?? [1, 1, 1]),
  ];
  const first = headerWords + slotWords * slots.length;
  const size = ops.reduce(
    (sum, { p, statistic }) => sum + p.length + (statistic === undefined ? 0 : 1),
    first,
  );
  const words = new Uint32Array(size);
  const floats = new Float32Array(words.buffer);
  words.set(header.map((word) => word >>> 0));
  let at = first;
  let next = 0;
  for (const [i, slot] of slots.entries()) {
    const place = headerWords + slotWords * i;
    words[place + 1] = at;
    for (; next < ops.length && slotOf(ops[next]!) === slot; next++) {
      const { p, statistic } = ops[next]!;
      floats.set(p, at);
      at += p.length;
      if (statistic !== undefined) words[at++] = statistic;
      words[place]!++;
    }
  }
  return words;
}
