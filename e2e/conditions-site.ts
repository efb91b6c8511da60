/** The pages of e2e/conditions, built, and served with headers of one's own beside the made-up sample. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { createStaticHandler, serveFolder } from "../scripts/static-server.mjs";
import { repository, sampleData } from "./demo-page.js";

export interface ConditionsSite {
  /** A folder for the test's own files, gone at the end. */
  readonly scratch: string;
  /** Query of the page: what it reads. */
  query(options?: Readonly<Record<string, string>>): string;
  /** Serves the site on an origin of its own. @returns its URL, without slash at the end */
  serve(headers?: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

export async function buildConditionsSite(): Promise<ConditionsSite> {
  const scratch = mkdtempSync(join(tmpdir(), "voxelfeed-conditions-"));
  const root = join(repository, "e2e/conditions");
  const outDir = join(scratch, "site");
  const data = await serveFolder(await sampleData());
  const servers: Server[] = [];
  await build({
    root,
    configFile: false,
    logLevel: "error",
    base: "./",
    worker: { format: "es" },
    build: {
      outDir,
      target: "es2022",
      rolldownOptions: { input: ["index.html", "frame.html", "tab.html"].map((name) => join(root, name)) },
    },
  });
  return {
    scratch,
    query(options = {}) {
      const image = `${data.url}/sample.zarr/recon-1`;
      return new URLSearchParams({
        raw: `${image}/em/fibsem-uint8`,
        target: `${image}/labels/groundtruth/crop1/[membrane,mito]`,
        ...options,
      }).toString();
    },
    async serve(headers = {}) {
      const files = createStaticHandler(outDir);
      const server = createServer((request, response) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        files(request, response);
      });
      servers.push(server);
      await new Promise<void>((done) => {
        server.listen(0, "127.0.0.1", done);
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await data.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
