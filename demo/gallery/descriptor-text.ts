/** Descriptors and drawn parameters as text. */
import type { SampleOrigin } from "../../src/index.js";
import { describeTurn } from "../caption.js";
import type { Augmentation } from "./operation.js";

/** JSON to be pasted into the options of `createLoader`: one line per transform. */
export function descriptorText(augmentation: Augmentation): string {
  const options = Object.entries(augmentation).map(([option, transforms]) => {
    const isList = Array.isArray(transforms);
    const lines = isList
      ? transforms.map((transform: unknown) => `    ${line(transform)}`)
      : Object.entries(transforms).map(([kind, spec]) => `    ${JSON.stringify(kind)}: ${line(spec)}`);
    const [open, close] = isList ? ["[", "]"] : ["{", "}"];
    return `  ${JSON.stringify(option)}: ${open}\n${lines.join(",\n")}\n  ${close}`;
  });
  return `{\n${options.join(",\n")}\n}`;
}

function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${line(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** What was drawn for a sample, such as "rotated 31.2° about z · contrast: factor 1.42 · missingSections: 3 sections". */
export function drawnText({ drawn, values }: SampleOrigin): string {
  const turns = drawn === null ? [] : [describeTurn(drawn)];
  const transforms = (values?.raw?.transforms ?? []).filter(({ op }) => op !== "normalize");
  const words = transforms.map(({ op, parameters }) => {
    const named = Object.entries(parameters).flatMap(([name, value]) => describeParameter(name, value));
    return named.length > 0 ? `${op}: ${named.join(", ")}` : op;
  });
  const parts = [...turns, ...words];
  return parts.length > 0 ? parts.join(" · ") : "nothing to be drawn";
}

/** Numbers, and of lists of things how many there are; nothing of what only the renderers need. */
function describeParameter(name: string, value: unknown): string[] {
  if (typeof value === "number" && name !== "slot" && name !== "axis") {
    return [`${name} ${Number(value.toFixed(3))}`];
  }
  const isListOfThings = Array.isArray(value) && typeof (value[0] ?? {}) === "object";
  return isListOfThings ? [`${value.length} ${name}`] : [];
}
