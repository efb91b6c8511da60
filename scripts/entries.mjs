/** The modules of the package: `dist/<name>.js` is built from the source file. */
export const entries = {
  index: "src/index.ts",
  monitor: "src/monitor/index.ts",
  "chunk.worker": "workers/chunk.worker.ts",
};
