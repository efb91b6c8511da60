/** Drawing many samples of one spatial description. */
import type { SpatialTransforms } from "../../../src/augment/spatial.js";
import { checkSpatial } from "../../../src/augment/spatial-check.js";
import { drawSpatial, type SamplePlace } from "../../../src/augment/spatial-draw.js";
import type { DrawnOperation, DrawnSpatial } from "../../../src/augment/spatial-matrix.js";
import { sampleDraws, streams } from "../../../src/math/rng.js";

export const place: SamplePlace = {
  center: [500, 500, 500],
  legal: { min: [400, 300, 450], max: [520, 900, 1000] },
  extentNm: [400, 640, 640],
};

export function drawSample(spec: SpatialTransforms, sample: number, at = place): DrawnSpatial {
  const operations = checkSpatial(spec, at.extentNm);
  return drawSpatial(operations, at, (operation) => sampleDraws(3, 0, sample, streams.spatial, operation));
}

/** What was drawn of one kind over `n` samples. */
export function drawMany<K extends DrawnOperation["kind"]>(
  spec: SpatialTransforms,
  kind: K,
  n: number,
): Extract<DrawnOperation, { kind: K }>[] {
  const operations = checkSpatial(spec, place.extentNm);
  const found: DrawnOperation[] = [];
  for (let i = 0; i < n; i++) {
    found.push(
      ...drawSpatial(operations, place, (operation) => sampleDraws(3, 0, i, streams.spatial, operation)),
    );
  }
  return found.filter((each): each is Extract<DrawnOperation, { kind: K }> => each.kind === kind);
}

export function meanAndSigma(values: readonly number[]): readonly [mean: number, sigma: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
}
