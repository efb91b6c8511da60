/** What a card of the gallery shows: an operation, the controls of its parameters, and the descriptor they make. */
import type { AxisName, LoaderOptions } from "../../src/index.js";

/** One number. */
export interface SliderControl {
  readonly kind: "slider";
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly unit: string;
  readonly value: number;
}

/** Two numbers between which the library draws; where they are equal, that number. */
export interface RangeControl extends Omit<SliderControl, "kind" | "value"> {
  readonly kind: "range";
  readonly value: readonly [lo: number, hi: number];
}

/** One of several words. */
export interface ChoiceControl {
  readonly kind: "choice";
  readonly label: string;
  readonly words: readonly string[];
  readonly value: string;
}

export type Control = SliderControl | RangeControl | ChoiceControl;

/** What a control says at the moment. */
export type Setting<C extends Control = Control> = C extends RangeControl
  ? number | readonly [lo: number, hi: number]
  : C extends SliderControl
    ? number
    : string;

export type Settings<C> = { readonly [K in keyof C]: C[K] extends Control ? Setting<C[K]> : never };

/** What is there to work on. */
export interface Scene {
  readonly classes: readonly string[];
  /** The largest objects of the middle slice, largest first; none where there are no instances. */
  readonly ids: readonly number[];
}

/** The options of `createLoader` that a card sets. */
export type Augmentation = Pick<
  LoaderOptions,
  "spatialTransforms" | "rawValueTransforms" | "targetTransforms"
>;

/** Labels of all classes, or the ids of the objects. */
export type LabelKind = "classes" | "instances";

export interface View {
  /** The slice shown is the middle one across this axis. Default z. */
  readonly cut?: AxisName;
  /** Default `classes`. */
  readonly labels?: LabelKind;
  /** The array of the batch that the result shows over the raw slice. Default `labels`. */
  readonly array?: string;
  /** Number of its channel that is shown at first; null: all of them. Default null, of targets 0. */
  readonly channel?: number | null;
}

export interface Operation extends Required<View> {
  /** What it does, in a sentence. */
  readonly does: string;
  readonly controls: Readonly<Record<string, Control>>;
  /** Whether another draw may give another picture. */
  readonly isDrawn: boolean;
  augmentation(settings: Readonly<Record<string, Setting>>, scene: Scene): Augmentation;
  /** The same without the operation: what the original shows. */
  readonly original: Augmentation;
}

/** An entry of a table: `describe` gets what the controls say, by their names. */
export interface Entry<C extends Readonly<Record<string, Control>>, Descriptor> extends View {
  readonly does: string;
  readonly controls: C;
  describe(settings: Settings<C>, scene: Scene): Descriptor;
}

export function slider(
  label: string,
  [min, max, step]: readonly [min: number, max: number, step: number],
  value: number,
  unit = "",
): SliderControl {
  return { kind: "slider", label, min, max, step, unit, value };
}

export function range(
  label: string,
  [min, max, step]: readonly [min: number, max: number, step: number],
  value: readonly [lo: number, hi: number],
  unit = "",
): RangeControl {
  return { kind: "range", label, min, max, step, unit, value };
}

export function choice(label: string, words: readonly string[], value = words[0]!): ChoiceControl {
  return { kind: "choice", label, words, value };
}

/** What a word of a choice of axes such as `"y x"` lists. */
export function axesNamed(words: string): AxisName[] {
  return words.split(" ") as AxisName[];
}

/** Probability that an operation is applied at all. */
const chance = slider("p, chance of it", [0, 1, 0.05], 1);

/**
 * Makes an operation of an entry whose descriptors take `p`, which gets a slider of its own.
 *
 * @param options the loader's options that hold a descriptor
 */
export function drawnOperation<C extends Readonly<Record<string, Control>>, D extends object>(
  { does, controls, describe, cut = "z", labels = "classes", array = "labels", channel = null }: Entry<C, D>,
  options: (descriptor: D) => Augmentation,
  original: Augmentation,
): Operation {
  return {
    does,
    isDrawn: true,
    cut,
    labels,
    array,
    channel,
    original,
    controls: { ...controls, p: chance },
    augmentation(settings, scene) {
      const descriptor = describe(settings as Settings<C>, scene);
      return options(settings.p === 1 ? descriptor : { ...descriptor, p: settings.p });
    },
  };
}
