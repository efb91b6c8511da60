import { describe, expect, it } from "vitest";
import { cellmapClasses } from "../../../src/dataset/class-table.js";
import { relationsFromTree } from "../../../src/dataset/class-tree.js";
import { isVoxelfeedError } from "../../../src/errors.js";

describe("relationsFromTree", () => {
  it("sets apart classes without a common leaf", () => {
    const relations = relationsFromTree({ mito: ["mito_mem", "mito_lum"], er: ["er_mem"] });
    expect(relations).toEqual({
      mito: ["er", "er_mem"],
      mito_mem: ["mito_lum", "er", "er_mem"],
      mito_lum: ["mito_mem", "er", "er_mem"],
      er: ["mito", "mito_mem", "mito_lum"],
      er_mem: ["mito", "mito_mem", "mito_lum"],
    });
  });

  it("reads nested trees, and names that stand in several places", () => {
    const nested = relationsFromTree({
      cell: { nuc: { ne: ["ne_mem"], chrom: {} }, er: ["ne", "er_mem"] },
      ecs: {},
    });
    expect(nested.cell).toEqual(["ecs"]);
    expect(nested.er).toEqual(["chrom", "ecs"]);
    expect(nested.nuc).toEqual(["er_mem", "ecs"]);
  });

  it("refuses a class that is part of itself, and what is no tree", () => {
    for (const tree of [{ a: ["b"], b: { a: {} } }, { a: [1] }, { a: "b" }, 5]) {
      let error: unknown;
      try {
        relationsFromTree(tree as never);
      } catch (caught) {
        error = caught;
      }
      expect(isVoxelfeedError(error, "invalid-option")).toBe(true);
    }
  });
});

describe("cellmapClasses", () => {
  const relations = relationsFromTree(cellmapClasses);

  it("holds the 48 classes of the challenge", () => {
    const challenge =
      "ecs pm mito_mem mito_lum mito_ribo golgi_mem golgi_lum ves_mem ves_lum endo_mem endo_lum lyso_mem lyso_lum " +
      "ld_mem ld_lum er_mem er_lum eres_mem eres_lum ne_mem ne_lum np_out np_in hchrom echrom nucpl mt_out cyto mt_in " +
      "nuc golgi ves endo lyso ld eres perox_mem perox_lum perox mito er ne np chrom mt cell er_mem_all ne_mem_all";
    expect(challenge.split(" ").filter((name) => !Object.hasOwn(relations, name))).toEqual([]);
    expect(challenge.split(" ").length).toBe(48);
  });

  it.each([
    ["mito", "er", true],
    ["mito", "mito_ribo", false],
    ["nuc", "er", false],
    ["nuc", "er_lum", true],
    ["ne_mem_all", "er_mem_all", false],
    ["np", "ne_mem_all", false],
    ["cell", "ecs", true],
    ["cell", "pm", false],
  ])("%s and %s exclude each other: %s", (a, b, expected) => {
    expect(relations[a]!.includes(b)).toBe(expected);
    expect(relations[b]?.includes(a) ?? false).toBe(expected);
  });
});
