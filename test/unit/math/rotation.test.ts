import { describe, expect, it } from "vitest";
import { rotation } from "../../../src/math/rotation.js";
import { determinant, multiplyVector } from "../../../src/math/vec.js";

describe("rotation", () => {
  it("is right-handed: Rz turns x toward y, Rx y toward z, Ry z toward x, exactly at right angles", () => {
    expect(multiplyVector(rotation([90, 0, 0]), [0, 0, 1])).toEqual([0, 1, 0]);
    expect(multiplyVector(rotation([0, 0, 90]), [0, 1, 0])).toEqual([1, 0, 0]);
    expect(multiplyVector(rotation([0, 90, 0]), [1, 0, 0])).toEqual([0, 0, 1]);
    expect(determinant(rotation([13, -47, 101]))).toBeCloseTo(1, 12);
  });

  it("applies x first and z last", () => {
    // y → z about x, then z stays under Rz.
    expect(multiplyVector(rotation([90, 0, 90]), [0, 1, 0])).toEqual([1, 0, 0]);
  });
});
