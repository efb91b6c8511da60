/** Checks of target transforms as a user gave them, each with its path: `targetTransforms[1].offsets`. */
import { checkKeys, flag, invalid, nearestName, wholeNumber } from "../options.js";
import type { TargetTransform } from "./targets.js";

const highestId = 0xffffffff;

/** Larger neighbourhoods have thousands of voxels. */
const maxSteps = 16;

const optionsOf: Readonly<Record<TargetTransform["kind"], readonly string[]>> = {
  binarize: ["threshold"],
  remap: ["entries", "other"],
  oneHot: ["ids"],
  union: ["classes"],
  boundary: ["steps", "inPlane"],
  erode: ["steps", "inPlane"],
  dilate: ["steps", "inPlane"],
  affinities: ["offsets"],
  signedDistance: ["clipNm", "haloNm", "tanhNm", "inPlane"],
  lsd: ["sigmaNm"],
  weights: ["name", "clip", "foreground", "background", "channels"],
};

/**
 * Checks one list of transforms by itself; whether they fit an array is `planTargets`' to say.
 *
 * @throws VoxelfeedError `unknown-option` naming the nearest known one; `invalid-option`
 */
export function checkTargetList(value: unknown, path: string): readonly TargetTransform[] {
  if (!Array.isArray(value)) throw invalid(path, "a list of target transforms", value);
  value.forEach((transform, i) => {
    checkTransform(transform, `${path}[${i}]`);
  });
  return value;
}

function checkTransform(value: unknown, path: string): void {
  const kinds = Object.keys(optionsOf);
  const kind = (value as { readonly kind?: unknown } | null)?.kind;
  if (typeof kind !== "string" || !kinds.includes(kind)) {
    const near = typeof kind === "string" ? nearestName(kind, kinds) : undefined;
    const hint = near === undefined ? "Make it with one of targets.*." : `Did you mean "${near}"?`;
    throw invalid(`${path}.kind`, `one of ${kinds.join(", ")}`, kind, hint);
  }
  const transform = value as TargetTransform;
  checkKeys(transform, ["kind", ...optionsOf[transform.kind]], path);
  checkOptions(transform, path);
}

function checkOptions(transform: TargetTransform, path: string): void {
  switch (transform.kind) {
    case "binarize":
      number(transform.threshold ?? 0, `${path}.threshold`, Number.NEGATIVE_INFINITY);
      return;
    case "remap":
      checkRemap(transform.entries, transform.other, path);
      return;
    case "oneHot":
      checkDistinct(transform.ids, `${path}.ids`);
      for (const [i, id] of transform.ids.entries()) labelId(id, `${path}.ids[${i}]`);
      return;
    case "union":
      checkUnion(transform.classes, `${path}.classes`);
      return;
    case "boundary":
    case "erode":
    case "dilate":
      wholeNumber(transform.steps, `${path}.steps`, 1, 1, maxSteps);
      flag(transform.inPlane, `${path}.inPlane`, false);
      return;
    case "affinities":
      checkOffsets(transform.offsets, `${path}.offsets`);
      return;
    case "signedDistance":
      if ((transform.clipNm === undefined) === (transform.haloNm === undefined)) {
        throw invalid(path, "given either clipNm or haloNm: without one the halo has no end", transform);
      }
      if (transform.clipNm !== undefined) positive(transform.clipNm, `${path}.clipNm`);
      if (transform.haloNm !== undefined) number(transform.haloNm, `${path}.haloNm`, 0);
      if (transform.tanhNm !== undefined) positive(transform.tanhNm, `${path}.tanhNm`);
      flag(transform.inPlane, `${path}.inPlane`, false);
      return;
    case "lsd": {
      const { sigmaNm } = transform;
      if (!Array.isArray(sigmaNm)) positive(sigmaNm, `${path}.sigmaNm`);
      else if (sigmaNm.length !== 3) throw invalid(`${path}.sigmaNm`, "one σ, or three: z, y, x", sigmaNm);
      else for (const [i, sigma] of sigmaNm.entries()) positive(sigma, `${path}.sigmaNm[${i}]`);
      return;
    }
    case "weights":
      checkWeights(transform, path);
  }
}

function checkRemap(entries: unknown, other: unknown, path: string): void {
  if (!Array.isArray(entries)) throw invalid(`${path}.entries`, "a list of [from, to]", entries);
  const from = entries.map((entry, i) => {
    const at = `${path}.entries[${i}]`;
    if (!Array.isArray(entry) || entry.length !== 2) throw invalid(at, "[from, to]", entry);
    labelId(entry[0], `${at}[0]`);
    if (entry[1] !== null) labelId(entry[1], `${at}[1]`);
    return entry[0] as number;
  });
  const twice = from.findIndex((id, i) => from.indexOf(id) !== i);
  if (twice !== -1) throw invalid(`${path}.entries[${twice}][0]`, "a label not listed before", from[twice]);
  if (other === undefined || other === "keep" || other === null) return;
  labelId(other, `${path}.other`, '"keep", a label (a whole number from 0 to 4294967295) or null');
}

function checkUnion(classes: unknown, path: string): void {
  checkKeys(classes as object, Object.keys((classes as object | null) ?? {}), path);
  const entries = Object.entries(classes as object);
  if (entries.length === 0) throw invalid(path, "at least one class", classes);
  for (const [name, members] of entries) {
    checkDistinct(members, `${path}.${name}`);
    if ((members as unknown[]).some((member) => typeof member !== "string")) {
      throw invalid(`${path}.${name}`, "a list of channel names", members);
    }
  }
}

function checkOffsets(offsets: unknown, path: string): void {
  if (!Array.isArray(offsets) || offsets.length === 0) {
    throw invalid(path, "a list of offsets [z, y, x] in voxels", offsets);
  }
  for (const [i, offset] of offsets.entries()) {
    const whole = Array.isArray(offset) && offset.length === 3 && offset.every(Number.isSafeInteger);
    if (!whole || offset.every((step: number) => step === 0)) {
      throw invalid(`${path}[${i}]`, "three whole numbers [z, y, x], not all 0", offset);
    }
  }
}

function checkWeights(
  { name, clip, foreground, background, channels }: Extract<TargetTransform, { kind: "weights" }>,
  path: string,
): void {
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    throw invalid(`${path}.name`, "a name", name);
  }
  if ((foreground === undefined) !== (background === undefined)) {
    const missing = foreground === undefined ? "foreground" : "background";
    throw invalid(`${path}.${missing}`, "given together with its counterpart", undefined);
  }
  if (foreground !== undefined) {
    number(foreground, `${path}.foreground`, 0);
    number(background, `${path}.background`, 0);
    if (clip !== undefined) throw invalid(`${path}.clip`, "left out where the weights are given", clip);
  }
  if (clip !== undefined) {
    const ok = Array.isArray(clip) && clip.length === 2 && clip.every(Number.isFinite);
    if (!ok || !(clip[0] > 0 && clip[0] <= clip[1] && clip[1] < 1)) {
      throw invalid(`${path}.clip`, "[lo, hi] with 0 < lo ≤ hi < 1", clip);
    }
  }
  if (channels === undefined) return;
  checkKeys(channels, Object.keys(channels), `${path}.channels`);
  for (const [channel, factor] of Object.entries(channels)) {
    number(factor, `${path}.channels.${channel}`, 0);
  }
}

function checkDistinct(list: unknown, path: string): void {
  if (!Array.isArray(list) || list.length === 0 || new Set(list).size !== list.length) {
    throw invalid(path, "a list of different entries, at least one", list);
  }
}

function labelId(value: unknown, path: string, expected?: string): void {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= highestId) return;
  throw invalid(path, expected ?? `a label: a whole number from 0 to ${highestId}`, value);
}

function positive(value: unknown, path: string): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
    throw invalid(path, "a positive number of nanometres", value);
  }
}

function number(value: unknown, path: string, min: number): void {
  if (typeof value === "number" && Number.isFinite(value) && value >= min) return;
  throw invalid(path, min === 0 ? "a number ≥ 0" : "a finite number", value);
}
