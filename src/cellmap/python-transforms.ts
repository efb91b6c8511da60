/** How transforms of cellmap-data and torchvision are written in JSON: a class name, or an object with its arguments. */
import { VoxelfeedError } from "../errors.js";
import { checkKeys, invalid, nearestName } from "../options.js";

/** `"Binarize"`, or `{ "class": "Binarize", "threshold": 0 }`. */
export interface PythonTransform {
  readonly class: string;
  readonly [argument: string]: unknown;
}

/** The arguments of one transform, with the path they stand at. */
export class TransformArguments {
  constructor(
    readonly values: Readonly<Record<string, unknown>>,
    readonly path: string,
  ) {}

  /** @throws VoxelfeedError `unknown-option` for an argument that the class does not have */
  only(...names: string[]): this {
    checkKeys(this.values, names, this.path);
    return this;
  }

  /** A finite number, or the default that Python has for it; `null` counts as not given. */
  number(name: string, fallback: number): number {
    const value = this.values[name] ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw invalid(`${this.path}.${name}`, "a finite number", value);
  }

  /** Two numbers, in order. */
  range(name: string, fallback: readonly [number, number]): readonly [number, number] {
    const value = this.values[name] ?? fallback;
    const isRange = Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
    if (isRange && value[0] <= value[1]) return [value[0], value[1]];
    throw invalid(`${this.path}.${name}`, "[lo, hi] with lo ≤ hi", value);
  }
}

/** What a class becomes here. */
export type Translations<T> = Readonly<
  Record<string, (args: TransformArguments, before: readonly T[]) => readonly T[]>
>;

/**
 * Translates a transform, a list of them or a `Compose`, in order.
 *
 * @param translations by class name
 * @throws VoxelfeedError `unsupported` for a class that has no equivalent, naming those that have; `invalid-option`
 */
export function translate<T>(value: unknown, path: string, translations: Translations<T>): T[] {
  const done: T[] = [];
  for (const { name, args } of flatten(value, path)) {
    const read = Object.hasOwn(translations, name) ? translations[name] : undefined;
    if (read === undefined) throw unsupported(name, args.path, Object.keys(translations));
    done.push(...read(args, done));
  }
  return done;
}

function flatten(
  value: unknown,
  path: string,
): { readonly name: string; readonly args: TransformArguments }[] {
  if (value === null) return [];
  if (typeof value === "string") return [{ name: value, args: new TransformArguments({}, path) }];
  if (Array.isArray(value)) return value.flatMap((each: unknown, i) => flatten(each, `${path}[${i}]`));
  if (typeof value !== "object" || !("class" in value) || typeof value.class !== "string") {
    throw invalid(path, 'a class name, an object such as { "class": "Binarize" }, or a list of these', value);
  }
  const { class: name, ...args } = value;
  if (name !== "Compose") return [{ name, args: new TransformArguments(args, path) }];
  checkKeys(args, ["transforms"], path);
  return flatten((args as { transforms?: unknown }).transforms, `${path}.transforms`);
}

function unsupported(name: string, path: string, known: readonly string[]): VoxelfeedError {
  const near = nearestName(name, known);
  const hint = near === undefined ? `Known: ${known.join(", ")}.` : `Did you mean "${near}"?`;
  return new VoxelfeedError("unsupported", `${path}: "${name}" has no equivalent here. ${hint}`, { path });
}
