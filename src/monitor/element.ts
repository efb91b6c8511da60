/** `<voxelfeed-monitor>`: a monitor's figures, live, for the page. */
import type { Monitor } from "./monitor.js";
import { MonitorView } from "./view.js";
import { viewStyle } from "./view-style.js";

/** How often the figures are renewed. */
const renewEveryMs = 500;

/** Shows the figures of its monitor while it is in the document; it neither makes nor disposes of one. */
export interface MonitorElement extends HTMLElement {
  /** What to show; null, as at first: nothing. */
  monitor: Monitor | null;
}

declare global {
  interface HTMLElementTagNameMap {
    "voxelfeed-monitor": MonitorElement;
  }
}

/**
 * Defines the element, once; calling it again does nothing.
 *
 * Its colours are custom properties (`--network`, `--processor`, `--gpu`, `--page`, `--queue`, `--good`, `--bad`,
 * `--text`, `--dim`, `--line`, `--track`) that a page may set on it.
 *
 * @example
 * defineMonitorElement();
 * const element = document.createElement("voxelfeed-monitor");
 * element.monitor = createMonitor(loader);
 * document.body.append(element);
 */
export function defineMonitorElement(): void {
  const name = "voxelfeed-monitor";
  if (customElements.get(name) !== undefined) return;
  // Made here: where there is no DOM (workers, servers), the module can still be imported.
  customElements.define(
    name,
    class extends HTMLElement implements MonitorElement {
      readonly #view = new MonitorView();
      #monitor: Monitor | null = null;
      #timer: ReturnType<typeof setInterval> | undefined;

      constructor() {
        super();
        const root = this.attachShadow({ mode: "open" });
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(viewStyle);
        root.adoptedStyleSheets = [sheet];
        root.append(this.#view.element);
      }

      get monitor(): Monitor | null {
        return this.#monitor;
      }

      set monitor(monitor: Monitor | null) {
        this.#monitor = monitor;
        this.#view.clear();
        this.#renew();
      }

      connectedCallback(): void {
        this.#renew();
        this.#timer = setInterval(() => this.#renew(), renewEveryMs);
      }

      disconnectedCallback(): void {
        clearInterval(this.#timer);
      }

      #renew(): void {
        if (this.#monitor !== null) this.#view.show(this.#monitor.report());
      }
    },
  );
}
