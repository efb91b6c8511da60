/** The classes of the CellMap Segmentation Challenge as plain data. */
import type { ClassTree } from "./class-tree.js";

/**
 * What each union class of the challenge is made of, and the classes that are part of none but the cell; for
 * {@link relationsFromTree}. `er` and `nuc` share the nuclear envelope, so they do not exclude each other.
 *
 * The 48 classes of the challenge, and the further ones that its unions are made of.
 *
 * Source: `classes.csv` and `tested_classes.csv` of the cellmap-segmentation-challenge package (Janelia).
 */
export const cellmapClasses: ClassTree = {
  ecs: [],
  mito: ["mito_mem", "mito_lum", "mito_ribo"],
  golgi: ["golgi_mem", "golgi_lum"],
  ves: ["ves_mem", "ves_lum"],
  endo: ["endo_mem", "endo_lum"],
  lyso: ["lyso_mem", "lyso_lum"],
  ld: ["ld_mem", "ld_lum"],
  perox: ["perox_mem", "perox_lum"],
  isg: ["isg_mem", "isg_lum", "isg_ins"],
  eres: ["eres_mem", "eres_lum"],
  np: ["np_out", "np_in"],
  ne: ["ne_mem", "ne_lum", "np"],
  er: ["er_mem", "er_lum", "eres", "ne"],
  er_mem_all: ["er_mem", "eres_mem", "ne_mem"],
  ne_mem_all: ["ne_mem", "np"],
  chrom: ["hchrom", "nhchrom", "echrom", "nechrom"],
  nuc: ["ne", "chrom", "nucpl", "nucleo"],
  mt: ["mt_out", "mt_in"],
  cell: [
    ...[
      "pm",
      "mito",
      "golgi",
      "ves",
      "endo",
      "lyso",
      "ld",
      "perox",
      "isg",
      "er",
      "nuc",
      "mt",
      "ribo",
      "cyto",
    ],
    ...["cent", "cent_dapp", "cent_sdapp", "vim", "glyco", "actin", "tbar"],
  ],
};
