/** Figures for people. */

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toFixed(value >= 100 || power === 0 ? 0 : 1)} ${byteUnits[power]}`;
}

export function msText(ms: number): string {
  if (ms === 0) return "0 ms";
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 10 ? `${ms.toPrecision(2)} ms` : `${ms.toFixed(0)} ms`;
}

export function percentText(part: number): string {
  return `${Math.round(part * 100)} %`;
}

/** Three digits that count. */
export function numberText(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value < 0.01 ? 1 : value < 1 ? 2 : 3);
}
