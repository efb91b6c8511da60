import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBody, readSlice } from "../../../src/zarr/body.js";

/** An answer whose body comes in pieces of these sizes; its bytes count up. */
function answer(pieces: readonly number[], told: string | null, isByteStream: boolean): Response {
  let at = 0;
  const left = [...pieces];
  const pull = (controller: { enqueue(bytes: Uint8Array): void; close(): void }): void => {
    const length = left.shift();
    if (length === undefined) controller.close();
    else controller.enqueue(Uint8Array.from({ length }, () => at++));
  };
  const end = (controller: ReadableByteStreamController): void => {
    if (left.length > 0) return;
    // A reader that brought memory waits for it to be given back.
    controller.byobRequest?.respond(0);
  };
  const source = isByteStream
    ? ({
        type: "bytes",
        pull(controller: ReadableByteStreamController) {
          const isOver = left.length === 0;
          pull(controller as never);
          if (isOver) end(controller);
        },
      } as const)
    : { pull };
  const body = new ReadableStream(source as UnderlyingByteSource);
  return new Response(body, { headers: told === null ? {} : { "Content-Length": told } });
}

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => i);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 });
const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);

describe("bodies", () => {
  it("are read whole or in part, whatever their header tells of their size", async () => {
    const told = fc.oneof(
      fc.constant(null),
      fc.integer({ min: 0, max: 400 }).map(String),
      fc.constant("many"),
    );
    const place = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 350 }));
    await fc.assert(
      fc.asyncProperty(
        sizes,
        told,
        fc.boolean(),
        place,
        place,
        async (pieces, length, isByteStream, a, b) => {
          const [start, end] = a < b ? [a, b] : [b, a];
          const total = sum(pieces);
          let progress = 0;
          const onProgress = (bytes: number) => {
            progress += bytes;
          };
          const response = answer(pieces, length, isByteStream);
          const { bytes, size } = await readSlice({ response, onProgress }, start, end);
          expect([...bytes]).toEqual([...bytesOf(total).subarray(start, end)]);
          if (size !== undefined) expect(size).toBe(total);
          else expect(total).toBeGreaterThanOrEqual(end);
          expect(progress).toBeGreaterThanOrEqual(Math.min(end, total));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("own their memory and fill it", async () => {
    for (const told of ["90", "40", "200", null]) {
      const response = answer([30, 30, 30], told, true);
      const bytes = await readBody({ response, url: "u", onProgress: () => {} });
      expect(bytes.buffer.byteLength, `told ${told}`).toBe(90);
      expect(bytes).toEqual(bytesOf(90));
    }
  });

  it("are refused above the limit, and the rest is not read", async () => {
    const response = answer([30, 30, 30], "90", true);
    const reading = readBody({ response, url: "u", onProgress: () => {} }, 50);
    await expect(reading).rejects.toMatchObject({ code: "unsupported" });
  });
});
