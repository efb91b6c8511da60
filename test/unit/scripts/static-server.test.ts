import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRange, serveFolder } from "../../../scripts/static-server.mjs";

let parent: string;
let server: Awaited<ReturnType<typeof serveFolder>>;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "static-server-"));
  const root = join(parent, "public");
  await mkdir(join(root, "a.zarr", "0"), { recursive: true });
  await writeFile(join(parent, "secret"), "secret");
  await writeFile(join(root, "a.zarr", ".zgroup"), '{"zarr_format":2}');
  await writeFile(join(root, "a.zarr", "0", "0"), "0123456789");
  await writeFile(join(root, "empty"), "");
  await writeFile(join(root, "with space[1]"), "x");
  await symlink(join(parent, "secret"), join(root, "link"));
  server = await serveFolder(root);
});

afterAll(async () => {
  await server.close();
  await rm(parent, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(server.url + path, { headers, method });

/** `fetch` resolves `..` before it sends; this sends the path as it is. */
function statusOfRawPath(path: string) {
  return new Promise<number | undefined>((resolve, reject) => {
    const req = request({ host: "127.0.0.1", port: server.port, path }, (res) => {
      res.resume();
      resolve(res.statusCode);
    });
    req.on("error", reject).end();
  });
}

describe("parseRange", () => {
  it.each([
    [undefined, null],
    ["bytes=0-3", { start: 0, end: 3 }],
    ["bytes=4-", { start: 4, end: 9 }],
    ["bytes=4-99", { start: 4, end: 9 }],
    ["bytes=-3", { start: 7, end: 9 }],
    ["bytes=-99", { start: 0, end: 9 }],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=10-", "unsatisfiable"],
    ["bytes=5-4", null],
    ["bytes=-", null],
    ["bytes=0-1,3-4", null],
    ["lines=0-1", null],
  ])("reads %s of ten bytes", (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });
});

describe("serveFolder", () => {
  it("sends a whole file with its length, its ETag and CORS headers", async () => {
    const res = await get("/a.zarr/0/0?v=1");
    expect(res.status).toBe(200);
    expect(await res.text()).toBe("0123456789");
    expect(res.headers.get("content-length")).toBe("10");
    expect(res.headers.get("accept-ranges")).toBe("bytes");
    expect(res.headers.get("access-control-allow-origin")).toBe("*");
    expect(res.headers.get("access-control-expose-headers")).toMatch(/Content-Range.*ETag/);
    const again = await get("/a.zarr/0/0", { "If-None-Match": res.headers.get("etag")! });
    expect(again.status).toBe(304);
  });

  it("sends ranges, a suffix among them, and 416 beyond the end", async () => {
    const middle = await get("/a.zarr/0/0", { Range: "bytes=2-4" });
    expect([middle.status, await middle.text()]).toEqual([206, "234"]);
    expect(middle.headers.get("content-range")).toBe("bytes 2-4/10");
    const suffix = await get("/a.zarr/0/0", { Range: "bytes=-4" });
    expect([suffix.status, await suffix.text()]).toEqual([206, "6789"]);
    const beyond = await get("/a.zarr/0/0", { Range: "bytes=10-12" });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe("bytes */10");
  });

  it("ignores a range whose If-Range names another version", async () => {
    const res = await get("/a.zarr/0/0", { Range: "bytes=2-4", "If-Range": '"other"' });
    expect([res.status, await res.text()]).toEqual([200, "0123456789"]);
  });

  it("answers HEAD without a body, and pre-flights", async () => {
    const head = await get("/a.zarr/0/0", {}, "HEAD");
    expect([head.status, await head.text(), head.headers.get("content-length")]).toEqual([200, "", "10"]);
    const preflight = await get("/a.zarr/0/0", {}, "OPTIONS");
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toBe("*");
    expect((await get("/a.zarr/0/0", {}, "DELETE")).status).toBe(405);
  });

  it("serves dot files, empty files and escaped names", async () => {
    const group = await get("/a.zarr/.zgroup");
    expect([group.headers.get("content-type"), await group.json()]).toEqual([
      "application/json",
      { zarr_format: 2 },
    ]);
    expect(await (await get("/empty")).text()).toBe("");
    expect(await (await get("/with%20space%5B1%5D")).text()).toBe("x");
  });

  it.each(["/missing", "/a.zarr", "/a.zarr/", "/", "/%E0%A4%A", "/a%00b"])(
    "answers %s with 404",
    async (path) => {
      expect(await statusOfRawPath(path)).toBe(404);
    },
  );

  it.each(["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/a.zarr/../../secret", "/link"])(
    "does not leave its folder for %s",
    async (path) => {
      expect(await statusOfRawPath(path)).toBe(404);
    },
  );
});
