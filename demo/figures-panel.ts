/** The figures beside the batches, renewed in place. */
import { element } from "./dom.js";
import type { Figures } from "./figures.js";

type Rates = { readonly batches: number; readonly voxels: number };
type Row = readonly [label: string, text: (figures: Figures) => string];

const sections: readonly (readonly [title: string, rows: readonly Row[]])[] = [
  [
    "Where the bytes came from",
    [
      ["Network", ({ encodedBytes }) => formatBytes(encodedBytes)],
      ["Chunks from the disk", ({ diskHits }) => formatCount(diskHits)],
      ["Chunks loaded", ({ chunkLoads }) => formatCount(chunkLoads)],
      ["of them not stored", ({ missingChunks }) => formatCount(missingChunks)],
      ["Hits in worker memory", ({ memoryHits }) => formatCount(memoryHits)],
      ["Copied between workers", ({ sharedBricks }) => formatCount(sharedBricks)],
      ["Hits on the GPU", ({ gpuHits }) => formatCount(gpuHits)],
      ["Uploaded to the GPU", ({ uploadedBytes }) => formatBytes(uploadedBytes)],
    ],
  ],
  [
    "Time",
    [
      ["First batch after", ({ firstBatchMs }) => (firstBatchMs === null ? "" : formatMs(firstBatchMs))],
      ["Waited for batches", ({ waitMs }) => formatMs(waitMs)],
      [
        "Longest main-thread task",
        ({ longestTaskMs }) => (longestTaskMs === 0 ? "< 50 ms" : formatMs(longestTaskMs)),
      ],
      ["Longest event-loop gap", ({ maxEventLoopGapMs }) => formatMs(maxEventLoopGapMs)],
    ],
  ],
];

/** Builds the panel once; the returned function renews its texts. */
export function createFiguresPanel(parent: HTMLElement): (figures: Figures, rates: Rates) => void {
  const renewals: ((figures: Figures, rates: Rates) => void)[] = [];
  const text = (node: HTMLElement, read: (figures: Figures, rates: Rates) => string): void => {
    renewals.push((figures, rates) => {
      const next = read(figures, rates) || "–";
      if (node.textContent !== next) node.textContent = next;
    });
  };
  const row = (list: HTMLElement, label: string, read: (figures: Figures) => string): void => {
    const value = element("dd", {}, "–");
    list.append(element("dt", {}, label), value);
    text(value, read);
  };
  const big = (label: string, read: (figures: Figures, rates: Rates) => string): HTMLElement => {
    const value = element("b", {}, "–");
    text(value, read);
    return element("div", {}, value, element("span", {}, label));
  };

  const top = element("div", { className: "big" });
  top.append(
    big("batches per second", (_, { batches }) => formatRate(batches)),
    big("voxels per second", (_, { voxels }) => formatRate(voxels)),
    big("batches", ({ batches }) => formatCount(batches)),
    big("samples", ({ samples }) => formatCount(samples)),
  );
  const backend = element("dl");
  row(backend, "Backend", ({ backend }) => (backend === "webgpu" ? "WebGPU" : (backend ?? "").toUpperCase()));
  row(backend, "Adapter", ({ adapter }) => adapter ?? "");
  parent.replaceChildren(top, section("Runs on", backend));
  for (const [title, rows] of sections) {
    const list = element("dl");
    for (const [label, read] of rows) row(list, label, read);
    parent.append(section(title, list));
  }
  return (figures, rates) => {
    for (const renew of renewals) renew(figures, rates);
  };
}

function section(title: string, content: HTMLElement): HTMLElement {
  return element("section", {}, element("h2", {}, title), content);
}

const count = new Intl.NumberFormat("en");
const rate = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export function formatCount(value: number): string {
  return count.format(value);
}

export function formatRate(value: number): string {
  return rate.format(value);
}

export function formatMs(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}
