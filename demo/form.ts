/** The form's fields, from presets and from the page's address. */
import { element } from "./dom.js";
import { presets } from "./source.js";

/** Takes over what the address says: `?source=…&backend=cpu&mirror=0`. */
export function fillForm(form: HTMLFormElement, query: URLSearchParams): void {
  for (const [name, value] of query) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = value === "1";
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value;
  }
  form.dispatchEvent(new Event("input"));
}

/** One button per preset; the one whose source is entered is marked. */
export function showPresets(form: HTMLFormElement, parent: HTMLElement): void {
  const source = form.elements.namedItem("source") as HTMLInputElement;
  const shape = form.elements.namedItem("shape") as HTMLInputElement;
  const scale = form.elements.namedItem("scale") as HTMLInputElement;
  const buttons = presets.map((preset) => {
    const button = element("button", { type: "button" }, preset.name);
    button.addEventListener("click", () => {
      source.value = preset.source;
      shape.value = preset.shape;
      scale.value = "";
      mark();
    });
    return button;
  });
  const mark = (): void => {
    for (const [i, button] of buttons.entries()) {
      button.setAttribute("aria-pressed", String(presets[i]!.source === source.value));
    }
  };
  form.addEventListener("input", mark);
  parent.replaceChildren(...buttons);
  mark();
}
