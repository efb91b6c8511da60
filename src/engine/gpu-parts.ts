/** What renders on the GPU, as one module: it is fetched once a device is there, and never where the CPU renders. */
export { BrickPool } from "../gpu/bricks.js";
export { GpuRenderer } from "../gpu/render.js";
export { GpuTargets } from "../gpu/targets.js";
export { GpuBackend } from "./gpu-backend.js";
