/** Tokens and a fetch of the page's, with the chunks read by workers. */
import { afterAll, expect, it } from "vitest";
import { openImage } from "../../../src/dataset/open-image.js";
import { Engine } from "../../../src/engine/engine.js";
import { volumeBytes } from "../../helpers/fixtures.js";
import { behave, rawVolume, requestsBelow, serve } from "../../helpers/volumes.js";

const engine = new Engine({ workers: 2, backend: "cpu", budget: { disk: 0 } });
afterAll(() => engine.dispose());

const whole = {
  center: [195, 235, 275],
  shape: rawVolume.shape,
  scale: [10, 10, 10],
  interpolation: "nearest",
} as const;
const expected = () => volumeBytes(rawVolume).data;

it("workers ask the page for headers: once, and once more when they are refused", async () => {
  const url = await serve(rawVolume);
  const asked: unknown[] = [];
  const headers = (request: { readonly origin: string; readonly refused?: object }) => {
    asked.push(request);
    return { "X-Token": `t${asked.length}` };
  };
  const image = await openImage(url, { engine, http: { headers } });
  // The token runs out while both workers have requests under way.
  await behave(`${url}/s0/`, { status: 401, times: 4 });
  const { data } = await image.read(whole);
  expect(data).toEqual(expected());
  const { origin } = new URL(url);
  expect(asked).toEqual([{ origin }, { origin, refused: { "X-Token": "t1" } }]);
  const tokens = (await requestsBelow(`${url}/s0/0`)).map(({ sent }) => sent["x-token"]);
  expect(new Set(tokens)).toEqual(new Set(["t1", "t2"]));
  image.dispose();
});

it("an error of the page's callback comes back whole, through the worker", async () => {
  const url = await serve(rawVolume);
  let isOver = false;
  const headers = () => {
    if (isOver) throw new Error("the session is over");
    return { "X-Token": "t" };
  };
  const image = await openImage(url, { engine, http: { headers } });
  isOver = true;
  await behave(`${url}/s0/`, { status: 401 });
  await expect(image.read(whole)).rejects.toMatchObject({
    code: "forbidden",
    array: "s0",
    message: expect.stringContaining("the session is over"),
  });
});

it("a fetch of the page's own carries all requests", async () => {
  const url = await serve(rawVolume);
  const asked: string[] = [];
  const image = await openImage(url, {
    engine,
    http: {
      fetch: async (to, init) => {
        asked.push(to);
        return await fetch(to, init);
      },
    },
  });
  const { data } = await image.read(whole);
  expect(data).toEqual(expected());
  const sent = await requestsBelow(url);
  expect(asked).toHaveLength(sent.length);
});
