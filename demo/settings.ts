/** What the form (or the page's URL) asks for, read from text. */
import { type Vec3, VoxelfeedError } from "../src/index.js";

export interface Settings {
  readonly source: string;
  readonly split: "train" | "validation";
  /** Patch shape in voxels, z, y, x. */
  readonly shape: Vec3;
  /** Nanometres per voxel, z, y, x; null: those of the finest level. */
  readonly scale: Vec3 | null;
  readonly batchSize: number;
  readonly backend: "auto" | "webgpu" | "cpu";
  /** Null: the SDK's choice. */
  readonly workers: number | null;
  readonly seed: number;
  /** Null: until it is stopped. */
  readonly batches: number | null;
  readonly mirror: boolean;
  readonly transpose: boolean;
  readonly rotate: boolean;
}

type Text = (name: string) => string;

/**
 * Reads settings; ranges are left to the SDK, whose errors say more.
 *
 * @param fields `FormData` or `URLSearchParams`: named text, empty or absent where nothing was entered
 * @throws VoxelfeedError `invalid-option` for what is no number at all
 */
export function readSettings(fields: { get(name: string): unknown }): Settings {
  const text: Text = (name) => String(fields.get(name) ?? "").trim();
  return {
    source: text("source"),
    split: text("split") === "validation" ? "validation" : "train",
    shape: readVec3(text, "shape"),
    scale: text("scale") === "" ? null : readVec3(text, "scale"),
    batchSize: readNumber(text, "batchSize"),
    backend: readBackend(text("backend")),
    workers: readOptional(text, "workers"),
    seed: readNumber(text, "seed"),
    batches: readOptional(text, "batches"),
    mirror: text("mirror") === "1",
    transpose: text("transpose") === "1",
    rotate: text("rotate") === "1",
  };
}

function readBackend(name: string): Settings["backend"] {
  if (name === "" || name === "auto") return "auto";
  if (name === "webgpu" || name === "cpu") return name;
  throw notUsable("backend", "auto, webgpu or cpu", name);
}

function readNumber(text: Text, name: string): number {
  const value = Number(text(name));
  if (text(name) === "" || !Number.isFinite(value)) throw notUsable(name, "a number", text(name));
  return value;
}

function readOptional(text: Text, name: string): number | null {
  return text(name) === "" ? null : readNumber(text, name);
}

/** Three numbers, or one for all three axes. */
function readVec3(text: Text, name: string): Vec3 {
  const numbers = text(name)
    .split(/[\s,×x]+/)
    .filter((part) => part !== "")
    .map(Number);
  const [z, y = z, x = y] = numbers;
  const fits = numbers.length === 1 || numbers.length === 3;
  if (!fits || !numbers.every(Number.isFinite))
    throw notUsable(name, "one or three numbers (z, y, x)", text(name));
  return [z!, y!, x!];
}

function notUsable(name: string, expected: string, got: string): VoxelfeedError {
  return new VoxelfeedError("invalid-option", `${name} must be ${expected}, got "${got}".`, { path: name });
}
