/** Value transforms for serial sections: some sections of the patch are missing, faint or dirty. */
import type { Draw } from "../math/rng.js";
import { map3 } from "../math/vec.js";
import { invalid, oneOf } from "../options.js";
import type { AxisName, Vec3 } from "../types.js";
import { checkRange, drawRange, type ParameterRange } from "./range.js";
import { axisNames } from "./spatial.js";
import { type PatchGrid, type ValueBase, type ValueDefinition, voxelsOf } from "./values-definition.js";

/** What transforms of sections share. Sections are counted from the patch's first voxel. */
export interface SectionBase extends ValueBase {
  /** Probability of each section. */
  readonly probability: ParameterRange;
  /** The axis that was cut across, in the patch. Default `"z"`. */
  readonly axis?: AxisName;
  /** Rounded to whole voxels, at least one. Default: the voxel size. */
  readonly thicknessNm?: number;
}

/** Voxels `first ≤ k < end` along the axis. */
type Section = readonly [first: number, end: number];

type DrawnSections = { readonly axis: 0 | 1 | 2; readonly sections: readonly Section[] };

const sectionKeys = ["probability", "axis", "thicknessNm"] as const;

function checkSections({ probability, axis, thicknessNm }: SectionBase, path: string, grid: PatchGrid): void {
  checkRange(probability, `${path}.probability`, { min: 0, max: 1 });
  const named = oneOf(axis, `${path}.axis`, axisNames, "z");
  if (grid.shape[axisNames.indexOf(named)]! < 2) {
    throw invalid(`${path}.axis`, "an axis along which the patch has at least two voxels", named);
  }
  if (thicknessNm !== undefined && !(Number.isFinite(thicknessNm) && thicknessNm > 0)) {
    throw invalid(`${path}.thicknessNm`, "a number of nanometres > 0", thicknessNm);
  }
}

function drawSections(
  { probability, axis = "z", thicknessNm }: SectionBase,
  draw: Draw,
  grid: PatchGrid,
): DrawnSections {
  const along = axisNames.indexOf(axis) as 0 | 1 | 2;
  const length = grid.shape[along];
  const thickness = Math.max(1, Math.round((thicknessNm ?? 0) / grid.scale[along]));
  const chance = drawRange(probability, draw);
  const sections: Section[] = [];
  for (let first = 0; first < length; first += thickness) {
    if (draw() < chance) sections.push([first, Math.min(first + thickness, length)]);
  }
  return { axis: along, sections };
}

/** Beyond every voxel of a patch, and exact in float32. */
const far = 2 ** 30;

/** First and end voxel of a section; it goes on in the halo. */
function sectionBox(axis: 0 | 1 | 2, [first, end]: Section): readonly number[] {
  return [...map3((a) => (a === axis ? first : -far)), ...map3((a) => (a === axis ? end : far))];
}

/** Sections that were lost: all their voxels have one value. */
export interface MissingSectionsSpec extends SectionBase {
  readonly op: "missingSections";
  /** Default 0. */
  readonly fill?: number;
}

type DrawnMissing = DrawnSections & { readonly fill: number };

export const missingSections: ValueDefinition<MissingSectionsSpec, DrawnMissing> = {
  keys: [...sectionKeys, "fill"],
  check(spec, path, grid) {
    checkSections(spec, path, grid);
    const { fill } = spec;
    if (fill !== undefined && !Number.isFinite(fill)) throw invalid(`${path}.fill`, "a finite number", fill);
  },
  draw: (spec, draw, grid) => ({ ...drawSections(spec, draw, grid), fill: spec.fill ?? 0 }),
  steps: ({ axis, sections, fill }) =>
    sections.map((section) => ({ name: "box", p: [...sectionBox(axis, section), 0, fill] })),
};

/** Faint sections: `0.5 + factor · (v - 0.5)`, each with a factor of its own. */
export interface LowContrastSectionsSpec extends SectionBase {
  readonly op: "lowContrastSections";
  /** The factor, from 0 to 1. */
  readonly range: ParameterRange;
}

type DrawnLowContrast = DrawnSections & { readonly factors: readonly number[] };

export const lowContrastSections: ValueDefinition<LowContrastSectionsSpec, DrawnLowContrast> = {
  keys: [...sectionKeys, "range"],
  check(spec, path, grid) {
    checkSections(spec, path, grid);
    checkRange(spec.range, `${path}.range`, { min: 0, max: 1 });
  },
  draw(spec, draw, grid) {
    const drawn = drawSections(spec, draw, grid);
    return { ...drawn, factors: drawn.sections.map(() => drawRange(spec.range, draw)) };
  },
  steps: ({ axis, sections, factors }) =>
    sections.map((section, i) => {
      const factor = factors[i]!;
      return { name: "box", p: [...sectionBox(axis, section), factor, 0.5 - 0.5 * factor] };
    }),
};

/** Dirty sections: spots that fade from `opacity` at their centre by a Gaussian of σ `radiusNm` in the section's plane. */
export interface ArtifactSectionsSpec extends SectionBase {
  readonly op: "artifactSections";
  /** Spots in a section, whole numbers. Default [1, 3]. */
  readonly count?: ParameterRange;
  /** σ, nanometres, > 0. */
  readonly radiusNm: ParameterRange;
  /** 0 to 1. Default [0.5, 1]. */
  readonly opacity?: ParameterRange;
  /** Value of the spots: dirt is dark, holes are bright. Default 0. */
  readonly fill?: ParameterRange;
}

type Spot = {
  readonly section: Section;
  readonly center: Vec3;
  readonly radius: Vec3;
  readonly fill: number;
  readonly opacity: number;
};

type DrawnArtifacts = { readonly axis: 0 | 1 | 2; readonly spots: readonly Spot[] };

export const artifactSections: ValueDefinition<ArtifactSectionsSpec, DrawnArtifacts> = {
  keys: [...sectionKeys, "count", "radiusNm", "opacity", "fill"],
  check(spec, path, grid) {
    checkSections(spec, path, grid);
    checkRange(spec.count ?? 1, `${path}.count`, { min: 0, max: 64, whole: true });
    checkRange(spec.radiusNm, `${path}.radiusNm`, { above: 0, unit: "nm" });
    checkRange(spec.opacity ?? 1, `${path}.opacity`, { min: 0, max: 1 });
    checkRange(spec.fill ?? 0, `${path}.fill`);
  },
  draw(spec, draw, grid) {
    const { count = [1, 3], radiusNm, opacity = [0.5, 1], fill = 0 } = spec;
    const { axis, sections } = drawSections(spec, draw, grid);
    const spots = sections.flatMap((section) =>
      Array.from({ length: drawRange(count, draw, true) }, (): Spot => {
        const radius = voxelsOf(drawRange(radiusNm, draw), grid);
        const place = map3((a) => draw() * grid.shape[a] - 0.5);
        return {
          section,
          center: map3((a) => (a === axis ? section[0] : place[a])),
          // The spot is as thick as its section.
          radius: map3((a) => (a === axis ? far : radius[a])),
          opacity: drawRange(opacity, draw),
          fill: drawRange(fill, draw),
        };
      }),
    );
    return { axis, spots };
  },
  steps: ({ axis, spots }) =>
    spots.map(({ section, center, radius, fill, opacity }) => ({
      name: "spot",
      p: [...sectionBox(axis, section), ...center, ...radius, fill, opacity],
    })),
};
