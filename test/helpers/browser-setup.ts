/** Starts the test server for the browser tests, which `inject("testServer")` its URL. */
import type { TestProject } from "vitest/node";
import { sharedFolder, startTestServer } from "./server.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** URL of the test server, without slash at the end. */
    testServer: string;
    /** Whether the sample data is there, at `/shared/data/` of the test server. */
    sharedData: boolean;
  }
}

/** Vitest's global setup. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer();
  project.provide("testServer", server.url);
  project.provide("sharedData", sharedFolder() !== undefined);
  return () => server.close();
}
