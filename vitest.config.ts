import { availableParallelism } from "node:os";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumFlags, findBrowser } from "./scripts/browser.mjs";

/** Vitest leaves one core to itself otherwise, which is half of a small machine. */
const allCores = { pool: "threads", maxWorkers: availableParallelism() } as const;

export default defineConfig(({ mode }) => ({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          ...allCores,
          include: ["test/unit/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        // `--mode fuzz` asks for many more rounds; projects do not inherit it by themselves.
        mode,
        test: {
          name: "faults",
          environment: "node",
          // Some have deadlines: side by side they would measure each other.
          fileParallelism: false,
          include: ["test/faults/**/*.test.ts"],
          testTimeout: 60_000,
        },
      },
      {
        mode,
        optimizeDeps: {
          include: [
            "zarrita",
            "comlink",
            "zstandard-wasm",
            "numcodecs/blosc",
            "numcodecs/zstd",
            "numcodecs/lz4",
            "fast-check",
          ],
        },
        // Isolated, so that workers may share memory; tests that want it otherwise say so.
        server: {
          headers: {
            "Cache-Control": "no-store",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
          },
        },
        worker: { format: "es" },
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/helpers/browser-setup.ts"],
          // A software adapter compiles shaders on the same cores that the tests run on.
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findBrowser()?.path, args: chromiumFlags },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        test: {
          name: "package",
          environment: "node",
          include: ["test/package/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        mode,
        test: {
          name: "e2e",
          environment: "node",
          include: ["e2e/**/*.test.ts"],
          // Each drives a browser of its own: side by side they would measure each other.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
}));
