import { connect } from "node:http2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataServer } from "../../../bench/server/data-server.mjs";

describe("DataServer", () => {
  let server: DataServer;
  beforeAll(async () => {
    server = await new DataServer().start();
  });
  afterAll(() => server.close());

  const get = (path: string, init?: RequestInit) => fetch(`${server.origins.http1}${path}`, init);

  it("counts a run's requests by what they are for, and forgets them when they were taken", async () => {
    for (const key of [".zattrs", "0/.zarray", "zarr.json", "0/0.0.0", "0/0.0.1"]) {
      await (await get(`/run1/0/em-gzip-512/${key}`)).arrayBuffer();
    }
    const chunk = await (await get("/run2/0/em-gzip-512/0/0.0.0")).arrayBuffer();
    expect(server.takeCounts("run2")).toEqual({
      metadata: 0,
      chunks: 1,
      missing: 0,
      chunkBytes: chunk.byteLength,
    });
    expect(server.takeCounts("run1")).toMatchObject({ metadata: 2, chunks: 2, missing: 1 });
    expect(server.takeCounts("run1")).toEqual({ metadata: 0, chunks: 0, missing: 0, chunkBytes: 0 });
  });

  it("waits as long as the path says", async () => {
    const startMs = performance.now();
    await get("/run3/80/em-gzip-512/.zattrs");
    // Timers may fire up to a millisecond early.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(79);
  });

  it("says what a browser must know: the version, and that other origins may read", async () => {
    const response = await get("/run4/0/em-gzip-512/0/0.0.0");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const etag = response.headers.get("etag")!;
    const again = await get("/run4/0/em-gzip-512/0/0.0.0", { headers: { "If-None-Match": etag } });
    expect(again.status).toBe(304);
    expect((await get("/run4/0/em-gzip-512/0/8.0.0")).status).toBe(404);
  });

  it("speaks HTTP/2 where a certificate could be made", async ({ skip }) => {
    if (server.origins.http2 === undefined) return skip("no openssl here");
    const session = connect(server.origins.http2, { rejectUnauthorized: false });
    const stream = session.request({ ":path": "/run5/0/em-gzip-512/0/.zarray" });
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    session.close();
    expect(JSON.parse(Buffer.concat(parts).toString()).chunks).toEqual([64, 64, 64]);
    expect(server.takeCounts("run5")).toMatchObject({ metadata: 1 });
  });
});
