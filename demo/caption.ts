/** What a sample is, in words. */
import type { DrawnOperation, DrawnSpatial, SampleOrigin, Vec3 } from "../src/index.js";
import type { SamplePicture } from "./slice.js";

const axes = ["z", "y", "x"] as const;

/** World position of a patch's centre, z, y, x. */
export function describePosition(center: Vec3): string {
  return `${center.map((value) => value.toFixed(0)).join(", ")} nm`;
}

/** Such as "mirrored y x · x↔y · rotated -32.1° about z". */
export function describeTurn(drawn: DrawnSpatial | null): string {
  const parts = (drawn ?? []).flatMap(describeOperation);
  return parts.length > 0 ? parts.join(" · ") : "as stored";
}

function describeOperation(drawn: DrawnOperation): string[] {
  switch (drawn.kind) {
    case "sections":
      return drawn.moves.length > 0 ? [`${drawn.moves.length} sections moved`] : [];
    case "mirror":
      return drawn.axes.length > 0 ? [`mirrored ${drawn.axes.join(" ")}`] : [];
    case "transpose":
      return describeTranspose(drawn.order);
    case "elastic":
      return ["deformed"];
    case "magnification":
      return [`magnified ${drawn.factors.map((factor) => factor.toFixed(2)).join(" ")}`];
    case "shear":
      return ["sheared"];
    case "rotate": {
      const turns = drawn.degrees.flatMap((angle, i) =>
        angle === 0 ? [] : [`${angle.toFixed(1)}° about ${axes[i]}`],
      );
      return turns.length > 0 ? [`rotated ${turns.join(", ")}`] : [];
    }
    case "translate":
      return [`moved ${drawn.offset.map((nm) => nm.toFixed(0)).join(", ")} nm`];
  }
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
