/** Which index to take along axes that are not spatial. */
import { VoxelfeedError } from "../errors.js";
import type { AxisInfo } from "./metadata.js";

/**
 * The index along every source axis; 0 for the spatial ones and those of one entry.
 *
 * @throws `select-required` for an axis of several entries that is not selected; `invalid-option` for an index
 * out of range and for a name that is no such axis.
 */
export function resolveSelect(
  axes: readonly AxisInfo[],
  spatialAxes: readonly number[],
  shape: readonly number[],
  select: Readonly<Record<string, number>>,
  url: string,
): number[] {
  const selectable = axes.filter((_, axis) => !spatialAxes.includes(axis)).map(({ name }) => name);
  for (const name of Object.keys(select)) {
    if (selectable.includes(name)) continue;
    const has = selectable.length === 0 ? "has none" : `has ${selectable.join(", ")}`;
    throw new VoxelfeedError(
      "invalid-option",
      `select names "${name}", but of axes beside z, y, x the image ${has}`,
      {
        url,
        path: `select.${name}`,
      },
    );
  }
  return axes.map(({ name }, axis) => {
    if (spatialAxes.includes(axis)) return 0;
    const size = shape[axis]!;
    const index = Object.hasOwn(select, name) ? select[name] : undefined;
    if (index === undefined) {
      if (size === 1) return 0;
      throw new VoxelfeedError(
        "select-required",
        `axis "${name}" has ${size} entries; say which one with select: { ${name}: 0 }`,
        { url, path: `select.${name}` },
      );
    }
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      throw new VoxelfeedError(
        "invalid-option",
        `select.${name} must be a whole number from 0 to ${size - 1}, got ${index}`,
        { url, path: `select.${name}` },
      );
    }
    return index;
  });
}
