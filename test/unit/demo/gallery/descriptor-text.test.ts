import { expect, it } from "vitest";
import { descriptorText } from "../../../../demo/gallery/descriptor-text.js";
import { groups } from "../../../../demo/gallery/groups.js";
import { presets, spatial } from "../../../../src/index.js";

it("has a line for each transform, of either form", () => {
  expect(
    descriptorText({ spatialTransforms: [spatial.cube(), spatial.rotate({ axes: { z: [-5, 5] } })] }),
  ).toBe(
    [
      "{",
      '  "spatialTransforms": [',
      '    { "kind": "cube" },',
      '    { "kind": "rotate", "axes": { "z": [-5, 5] } }',
      "  ]",
      "}",
    ].join("\n"),
  );
});

it("is JSON that says the same, for every card", () => {
  expect(JSON.parse(descriptorText(presets.emAnisotropic()))).toEqual(presets.emAnisotropic());
  for (const { operations } of groups) {
    for (const operation of Object.values(operations)) {
      const settings = Object.entries(operation.controls).map(([name, { value }]) => [name, value] as const);
      const scene = { classes: ["cell", "mito"], ids: [5, 7] };
      const augmentation = operation.augmentation(Object.fromEntries(settings), scene);
      expect(JSON.parse(descriptorText(augmentation))).toEqual(JSON.parse(JSON.stringify(augmentation)));
    }
  }
});
