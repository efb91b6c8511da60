/** Plans the samples that a loader draws. */
import { drawSpatial } from "../augment/spatial-draw.js";
import { spatialMatrix } from "../augment/spatial-matrix.js";
import type { Dataset, SampleTurn } from "../dataset/dataset.js";
import type { SamplePlan } from "../dataset/sample.js";
import { sampleDraws, streams } from "../math/rng.js";
import { identity } from "../math/vec.js";
import type { SampleOrder } from "../sampling/order.js";
import type { ResolvedLoaderOptions } from "./options.js";
import { drawValueLists } from "./value-options.js";

/**
 * Plans sample number `position` of an epoch: a pure function of (seed, epoch, position, attempt).
 *
 * @param attempt 0 for the sample itself; from 1, the candidates that may replace it, uniform over the dataset
 */
export function planSample(
  dataset: Dataset,
  options: ResolvedLoaderOptions,
  order: SampleOrder,
  epoch: number,
  position: number,
  attempt: number,
): SamplePlan {
  const { seed, spatialTransforms, rawValueTransforms } = options;
  const draw = sampleDraws(seed, epoch, position, streams.replacement, attempt);
  const index = attempt === 0 ? order.index(epoch, position) : Math.floor(draw() * dataset.length);
  const values =
    rawValueTransforms &&
    drawValueLists(rawValueTransforms, dataset.arrays, { seed, epoch, sample: position });
  let turn: SampleTurn = { matrix: identity, drawn: null, values };
  if (spatialTransforms !== null) {
    const drawn = drawSpatial(spatialTransforms, dataset.place(index), (operation) =>
      sampleDraws(seed, epoch, position, streams.spatial, operation),
    );
    turn = { matrix: spatialMatrix(drawn), drawn, values };
  }
  const plan = dataset.plan(index, turn);
  const tile = attempt === 0 ? order.tile?.(position) : undefined;
  const origin = { ...plan.origin, draw: { seed, epoch, position }, ...(tile === undefined ? {} : { tile }) };
  return { ...plan, origin };
}
