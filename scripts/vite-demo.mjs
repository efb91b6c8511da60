import { fileURLToPath } from "node:url";
import { createStaticHandler } from "./static-server.mjs";

const repository = fileURLToPath(new URL("..", import.meta.url));

/**
 * Vite's configuration for the demo page: the sources as they are, and the data under `/data/`.
 *
 * @param {{dataDir: string, port?: number, customLogger?: import("vite").Logger}} options
 * @returns {import("vite").InlineConfig}
 */
export function demoConfig({ dataDir, port, customLogger }) {
  return {
    configFile: false,
    root: fileURLToPath(new URL("../demo", import.meta.url)),
    customLogger,
    clearScreen: false,
    server: {
      port,
      // The page imports ../src, which lies outside of Vite's root.
      fs: { allow: [repository] },
      // A cross-origin isolated page may share memory with its workers.
      headers: {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      },
    },
    worker: { format: "es" },
    optimizeDeps: {
      // Vite does not scan workers for imports: it would meet these late, and reload the page in mid-run.
      include: [
        "comlink",
        "zarrita",
        "numcodecs/blosc",
        "numcodecs/gzip",
        "numcodecs/lz4",
        "numcodecs/zlib",
        "numcodecs/zstd",
        "zstandard-wasm",
      ],
    },
    plugins: [
      {
        name: "sample-data",
        configureServer(server) {
          server.middlewares.use("/data", createStaticHandler(dataDir));
        },
      },
    ],
  };
}
