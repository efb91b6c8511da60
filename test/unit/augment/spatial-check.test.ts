import { expect, it } from "vitest";
import { spatial } from "../../../src/augment/spatial.js";
import { checkSpatial } from "../../../src/augment/spatial-check.js";
import { isVoxelfeedError } from "../../../src/errors.js";

/** Path and message of the error that a description is refused with. */
function refusal(value: unknown): readonly [path: string | undefined, message: string] {
  try {
    checkSpatial(value, [40, 400, 400]);
  } catch (error) {
    if (isVoxelfeedError(error, "invalid-option", "unknown-option")) return [error.path, error.message];
    throw error;
  }
  throw new Error(`not refused: ${JSON.stringify(value)}`);
}

it.each<readonly [value: unknown, path: string, says: string]>([
  [3, "spatialTransforms", "an object"],
  [{ miror: {} }, "spatialTransforms.miror", '"mirror"'],
  [[{ kind: "rotat" }], "spatialTransforms[0].kind", '"rotate"'],
  [[null], "spatialTransforms[0].kind", "a spatial transform"],
  [{ mirror: { axes: { x: 1.5 } } }, "spatialTransforms.mirror.axes.x", "probability"],
  [{ mirror: { axes: { c: 0.5 } } }, "spatialTransforms.mirror.axes.c", 'Unknown option "c"'],
  [[spatial.cube({ p: -1 })], "spatialTransforms[0].p", "probability"],
  [{ transpose: { axes: ["x", "x"] } }, "spatialTransforms.transpose.axes", "different axes"],
  [{ rotate: { axes: { z: [10, -10] } } }, "spatialTransforms.rotate.axes.z", "lo ≤ hi"],
  [{ rotate: {} }, "spatialTransforms.rotate", "so3"],
  [{ rotate: { so3: true, axes: { z: 1 } } }, "spatialTransforms.rotate", "either"],
  [{ magnification: { range: [0, 1] } }, "spatialTransforms.magnification.range", "> 0"],
  [{ magnification: { range: 1, axes: {} } }, "spatialTransforms.magnification", "either"],
  [{ shear: { axes: { yy: 0.1 } } }, "spatialTransforms.shear.axes.yy", "Did you mean"],
  [{ shear: { axes: { yx: [-0.6, 0], yz: 0.5 } } }, "spatialTransforms.shear.axes.yz", "less than 1"],
  [{ translate: { axes: { w: 1 } } }, "spatialTransforms.translate.axes.w", 'Unknown option "w"'],
  [[spatial.elastic({ spacing: 100, sigma: 21 })], "spatialTransforms[0].sigma", "fold"],
  [[spatial.elastic({ spacing: [100, 20, 100], sigma: [0, 5] })], "spatialTransforms[0].sigma", "at most"],
  [[spatial.elastic({ spacing: 0, sigma: 1 })], "spatialTransforms[0].spacing", "positive"],
  [
    [spatial.elastic({ spacing: 90, sigma: 1 }), spatial.elastic({ spacing: 90, sigma: 1 })],
    "spatialTransforms[1]",
    "at most 1",
  ],
  [{ slip: { offset: 5, thickness: 0 } }, "spatialTransforms.slip.thickness", "positive"],
  [{ slip: { offset: 5, thickness: 40 } }, "spatialTransforms.slip.axis", "one section"],
  [{ shift: { offset: 5, thickness: 10, axis: "t" } }, "spatialTransforms.shift.axis", '"z", "y", "x"'],
  [
    { slip: { offset: 5, thickness: 10 }, shift: { offset: 5, thickness: 20 } },
    "spatialTransforms.shift",
    "same sections as slip",
  ],
  [{ random2d: { view: "side" } }, "spatialTransforms.random2d.view", '"oblique"'],
])("refuses %j at %s", (value, path, says) => {
  const [at, message] = refusal(value);
  expect(at).toBe(path);
  expect(message).toContain(says);
});

it("accepts cellmap-data's own form, and every factory", () => {
  const form = {
    mirror: { axes: { x: 0.5, y: 0.5, z: 0.1 } },
    transpose: { axes: ["x", "y"] },
    rotate: { axes: { z: [-180, 180] } },
  };
  expect(checkSpatial(form, [1, 1, 1]).map(({ kind }) => kind)).toEqual(["mirror", "transpose", "rotate"]);
  const list = [
    spatial.slip({ offset: { normal: { mean: 0, sigma: 5 } }, thickness: 8 }),
    spatial.shift({ offset: [-8, 8], thickness: 8, rate: 0.1 }),
    spatial.mirror({ axes: { z: 1 } }),
    spatial.transpose({ axes: ["z", "x"], p: 0.5 }),
    spatial.cube(),
    spatial.random2d(),
    spatial.elastic({ spacing: [80, 40, 40], sigma: [0, 8], axes: ["y", "x"] }),
    spatial.magnification({ axes: { z: [0.9, 1.1] } }),
    spatial.shear({ axes: { zx: { choice: [-0.1, 0.1] } } }),
    spatial.rotate({ so3: true }),
    spatial.translate({ axes: { y: 10 } }),
  ];
  expect(checkSpatial(JSON.parse(JSON.stringify(list)), [40, 400, 400])).toEqual(list);
});
