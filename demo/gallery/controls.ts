/** Inputs for the parameters of an operation. */
import { element } from "../dom.js";
import type { ChoiceControl, Control, RangeControl, Setting, SliderControl } from "./operation.js";

export interface ControlInput {
  readonly element: HTMLElement;
  read(): Setting;
}

/** @param changed called at every change, while a slider is moved too */
export function createControl(name: string, control: Control, changed: () => void): ControlInput {
  switch (control.kind) {
    case "slider":
      return createSlider(name, control, changed);
    case "range":
      return createRange(name, control, changed);
    case "choice":
      return createChoice(name, control.label, control, changed);
  }
}

function createSlider(name: string, control: SliderControl, changed: () => void): ControlInput {
  const input = rangeInput(control, control.value, name);
  const output = element("span", { className: "value" });
  const read = (): number => input.valueAsNumber;
  const show = (): void => {
    output.textContent = withUnit(String(read()), control);
  };
  input.addEventListener("input", () => {
    show();
    changed();
  });
  show();
  const title = element("span", {}, control.label, output);
  return { element: element("label", { className: "control" }, title, input), read };
}

/** Two sliders, of which neither passes the other: it takes it along. */
function createRange(name: string, control: RangeControl, changed: () => void): ControlInput {
  const low = rangeInput(control, control.value[0], `${name}-low`);
  const high = rangeInput(control, control.value[1], `${name}-high`);
  low.setAttribute("aria-label", `${control.label}, from`);
  high.setAttribute("aria-label", `${control.label}, to`);
  const output = element("span", { className: "value" });
  const read = (): Setting => {
    const [lo, hi] = [low.valueAsNumber, high.valueAsNumber];
    return lo === hi ? lo : [lo, hi];
  };
  const show = (): void => {
    const [lo, hi] = [low.value, high.value];
    output.textContent = withUnit(lo === hi ? lo : `${lo} … ${hi}`, control);
  };
  const follow = (moved: HTMLInputElement): void => {
    if (low.valueAsNumber > high.valueAsNumber) (moved === low ? high : low).value = moved.value;
    show();
    changed();
  };
  for (const input of [low, high]) input.addEventListener("input", () => follow(input));
  show();
  const title = element("span", {}, control.label, output);
  const group = element("div", { className: "control" }, title, low, high);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", control.label);
  return { element: group, read };
}

/** A list to choose from. */
export function createChoice(
  name: string,
  label: string,
  { words, value }: Pick<ChoiceControl, "words" | "value">,
  changed: () => void,
): ControlInput & { readonly select: HTMLSelectElement } {
  const select = element("select", { name }, ...words.map((word) => element("option", {}, word)));
  select.value = value;
  select.addEventListener("change", changed);
  const labelled = element("label", { className: "control" }, element("span", {}, label), select);
  return { element: labelled, select, read: () => select.value };
}

function rangeInput({ min, max, step }: RangeControl | SliderControl, value: number, name: string) {
  const input = element("input", { type: "range", name });
  // The order matters: a value is rounded to the step that is set.
  Object.assign(input, { min: String(min), max: String(max), step: String(step), value: String(value) });
  return input;
}

function withUnit(text: string, { unit }: RangeControl | SliderControl): string {
  return unit === "" || unit === "°" || unit === "%" ? text + unit : `${text} ${unit}`;
}
