/** What a sample is, in words. */
import type { DrawnSpatial, SampleOrigin, Vec3 } from "../src/index.js";
import type { SamplePicture } from "./slice.js";

const axes = ["z", "y", "x"] as const;

/** World position of a patch's centre, z, y, x. */
export function describePosition(center: Vec3): string {
  return `${center.map((value) => value.toFixed(0)).join(", ")} nm`;
}

/** Such as "rotated -32.1° about z · mirrored y x · x↔y". */
export function describeTurn(drawn: DrawnSpatial | null): string {
  if (drawn === null) return "as stored";
  const turns = drawn.rotate.flatMap((angle, i) =>
    angle === 0 ? [] : [`${angle.toFixed(1)}° about ${axes[i]}`],
  );
  const parts = [
    ...(turns.length > 0 ? [`rotated ${turns.join(", ")}`] : []),
    ...(drawn.mirror.length > 0 ? [`mirrored ${drawn.mirror.join(" ")}`] : []),
    ...describeTranspose(drawn.transpose),
  ];
  return parts.length > 0 ? parts.join(" · ") : "as stored";
}

function describeTranspose(transpose: Vec3): string[] {
  const moved = transpose.flatMap((axis, i) => (axis === i ? [] : [axes[axis]!]));
  if (moved.length === 0) return [];
  return moved.length === 2 ? [moved.join("↔")] : [`axes ${moved.join(" ")}`];
}

/** The crop's name, or that of the image where there are no labels. */
export function describeCrop({ raw, target }: SampleOrigin): string {
  const path = (target ?? raw).replace(/\/?\[[^\]]*\]\/?$/, "").replace(/[?#].*$/, "");
  return path.split("/").filter(Boolean).at(-1) ?? path;
}

/** Classes that have no annotation anywhere in the picture. */
export function unknownClasses({ labels }: SamplePicture): string[] {
  return labels.filter(({ slice }) => slice.known?.every((known) => known === 0)).map(({ name }) => name);
}
