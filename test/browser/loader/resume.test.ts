/** A loader that goes on from a saved state gives the same bits as one that was never stopped. */
import { describe, expect, it } from "vitest";
import {
  type Backend,
  type Batch,
  createLoader,
  type Dataset,
  type LoaderOptions,
  type LoaderState,
  openDataset,
  type Sampler,
  samplers,
} from "../../../src/index.js";
import { serveCrop } from "../../helpers/volumes.js";

const options = {
  batchSize: 3,
  seed: 11,
  iterationsPerEpoch: 4,
  spatialTransforms: {
    mirror: { axes: { x: 0.5, y: 0.5 } },
    transpose: { axes: ["z", "y", "x"] },
  },
} as const satisfies LoaderOptions;

async function open(): Promise<() => Promise<Dataset>> {
  const { raw, target } = await serveCrop();
  return () =>
    openDataset({
      raw,
      target,
      inputArrays: { raw: { shape: [6, 6, 6], scale: [10, 10, 10] } },
      targetArrays: { labels: { shape: [6, 6, 6], scale: [10, 10, 10] } },
    });
}

/** Everything a consumer sees of a batch, as text. */
async function content({ epoch, index, samples, arrays }: Batch): Promise<string> {
  const values = await Promise.all(
    Object.values(arrays).flatMap(({ data, mask }) => [data(), ...(mask === undefined ? [] : [mask.data()])]),
  );
  return JSON.stringify({ epoch, index, samples, values: values.map((list) => [...list]) });
}

/** Batches until `count` were seen, through as many epochs as that takes, with the state after each. */
async function run(dataset: Dataset, given: LoaderOptions, count: number) {
  const loader = createLoader(dataset, given);
  const seen: { readonly batch: string; readonly state: LoaderState }[] = [];
  while (seen.length < count) {
    for await (const batch of loader) {
      const batchContent = await content(batch);
      batch.release();
      seen.push({ batch: batchContent, state: JSON.parse(JSON.stringify(loader.state())) });
      if (seen.length === count) break;
    }
  }
  loader.dispose();
  return seen;
}

const drawing: readonly Sampler[] = [
  samplers.uniform(),
  samplers.blockShuffle({ blockNm: [60, 60, 60], samplesPerBlock: 5 }),
  samplers.foreground({ classes: ["a"], minFraction: 0.5 }),
  samplers.classBalanced(),
];

describe("a saved state", () => {
  it.each(drawing)(
    "goes on to the same bits from every batch, with other workers and prefetch: $kind",
    async (sampler) => {
      const reopen = await open();
      const cpu = { ...options, sampler, backend: "cpu" } as const;
      const whole = await run(await reopen(), { ...cpu, workers: 1, prefetch: 2 }, 10);
      expect(new Set(whole.map(({ batch }) => batch)).size).toBe(10);
      for (const at of [0, 2, 3, 5]) {
        const { state } = whole[at]!;
        const rest = await run(await reopen(), { ...cpu, workers: 2, prefetch: at % 3, state }, 9 - at);
        expect(rest.map(({ batch }) => batch)).toEqual(whole.slice(at + 1).map(({ batch }) => batch));
      }
    },
  );

  it.each<[Backend, Backend]>([
    ["webgpu", "webgpu"],
    ["webgpu", "cpu"],
  ])("goes on from %s on %s", async (before, after) => {
    const reopen = await open();
    const whole = await run(await reopen(), { ...options, backend: before }, 7);
    const { state } = whole[2]!;
    const rest = await run(await reopen(), { ...options, backend: after, workers: 1, state }, 4);
    expect(rest.map(({ batch }) => batch)).toEqual(whole.slice(3).map(({ batch }) => batch));
  });

  it("counts batches that were delivered, not those prepared ahead", async () => {
    const dataset = await (await open())();
    const loader = createLoader(dataset, { ...options, backend: "cpu", prefetch: 3 });
    const pass = loader[Symbol.asyncIterator]();
    await pass.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(loader.state()).toMatchObject({ epoch: 0, position: 1 });
    // Another pass begins anew, and is the one that counts.
    const other = loader[Symbol.asyncIterator]();
    expect(loader.state()).toMatchObject({ epoch: 0, position: 0 });
    (await pass.next()).value.release();
    expect(loader.state()).toMatchObject({ epoch: 0, position: 0 });
    (await other.next()).value.release();
    expect(loader.state()).toMatchObject({ epoch: 0, position: 1 });
    loader.dispose();
  });

  it("belongs to one epoch: setEpoch and refresh begin others", async () => {
    const dataset = await (await open())();
    const first = async (epoch: number): Promise<string> => {
      const loader = createLoader(dataset, { ...options, backend: "cpu" });
      for (let i = 0; i < epoch; i++) loader.refresh();
      const { value } = await loader[Symbol.asyncIterator]().next();
      loader.dispose();
      return await content(value);
    };
    const loader = createLoader(dataset, { ...options, backend: "cpu" });
    loader.setEpoch(3);
    const { value } = await loader[Symbol.asyncIterator]().next();
    expect(value.epoch).toBe(3);
    const third = await content(value);
    loader.dispose();
    expect(third).toBe(await first(3));
    expect(third).not.toBe(await first(0));
  });
});
