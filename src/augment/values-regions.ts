/** Value transforms that differ from place to place in the patch. */
import { map3 } from "../math/vec.js";
import type { Vec3 } from "../types.js";
import { checkRange, drawRange, type ParameterRange } from "./range.js";
import { type ValueBase, type ValueDefinition, voxelsOf } from "./values-definition.js";

/** Hides boxes. Their centres are uniform in the patch, and each edge is drawn by itself. */
export interface CutoutSpec extends ValueBase {
  readonly op: "cutout";
  /** Edge length, nanometres, > 0; rounded to whole voxels, at least one. */
  readonly sizeNm: ParameterRange;
  /** Number of boxes, whole. Default 1. */
  readonly count?: ParameterRange;
  /** Value in the boxes. Default 0. */
  readonly fill?: ParameterRange;
}

type CutoutBox = { readonly first: Vec3; readonly end: Vec3; readonly fill: number };

export const cutout: ValueDefinition<CutoutSpec, { readonly boxes: readonly CutoutBox[] }> = {
  keys: ["sizeNm", "count", "fill"],
  check({ sizeNm, count = 1, fill = 0 }, path) {
    checkRange(sizeNm, `${path}.sizeNm`, { above: 0, unit: "nm" });
    checkRange(count, `${path}.count`, { min: 0, max: 256, whole: true });
    checkRange(fill, `${path}.fill`);
  },
  draw({ sizeNm, count = 1, fill = 0 }, draw, grid) {
    const boxes = Array.from({ length: drawRange(count, draw, true) }, (): CutoutBox => {
      const size = map3((axis) => {
        const voxels = voxelsOf(drawRange(sizeNm, draw), grid)[axis];
        return Math.min(Math.max(1, Math.round(voxels)), grid.shape[axis]);
      });
      const first = map3((axis) => Math.round(draw() * grid.shape[axis] - size[axis] / 2));
      const clamped = map3((axis) => Math.min(Math.max(first[axis], 0), grid.shape[axis] - 1));
      const end = map3((axis) => Math.min(first[axis] + size[axis], grid.shape[axis]));
      return {
        first: clamped,
        end: map3((axis) => Math.max(end[axis], clamped[axis] + 1)),
        fill: drawRange(fill, draw),
      };
    });
    return { boxes };
  },
  steps: ({ boxes }) =>
    boxes.map(({ first, end, fill }) => ({ name: "box", p: [...first, ...end, 0, fill] })),
};

/**
 * Uneven illumination or staining: `v · exp(f)`, with f a polynomial of degree 3 in z, y and x over the patch. Its
 * coefficients on products of Legendre polynomials are uniform in [-strength, strength]; the constant one is 0.
 *
 * Source: Van Leemput et al., "Automated model-based bias field correction of MR images of the brain", 1999; MONAI's and
 * TorchIO's RandomBiasField.
 */
export interface BiasFieldSpec extends ValueBase {
  readonly op: "biasField";
  /** ≥ 0. */
  readonly strength: ParameterRange;
}

/** Terms i + j + k ≤ 3. */
const coefficientCount = 20;

export const biasField: ValueDefinition<BiasFieldSpec, { readonly coefficients: readonly number[] }> = {
  keys: ["strength"],
  check: ({ strength }, path) => void checkRange(strength, `${path}.strength`, { min: 0 }),
  draw({ strength }, draw) {
    const most = drawRange(strength, draw);
    const drawn = Array.from({ length: coefficientCount - 1 }, () => (2 * draw() - 1) * most);
    return { coefficients: [0, ...drawn] };
  },
  steps: ({ coefficients }) => [{ name: "bias", p: coefficients }],
};
