/** Output buffers. */
import { VoxelfeedError } from "../errors.js";

/**
 * Creates a zeroed buffer for rendered arrays: `STORAGE | COPY_SRC | COPY_DST`, padded to 16 bytes.
 *
 * @param bytes - size in bytes, at least 1
 * @returns owned by the caller
 * @throws `budget` when the device cannot have a buffer so large; `gpu` when it is out of memory or lost
 */
export async function createOutputBuffer(device: GPUDevice, bytes: number): Promise<GPUBuffer> {
  const size = Math.max(1, Math.ceil(bytes / 16)) * 16;
  const { maxBufferSize } = device.limits;
  if (size > maxBufferSize) {
    throw new VoxelfeedError(
      "budget",
      `An output of ${size} bytes is larger than the device's maxBufferSize of ${maxBufferSize}. ` +
        "Use a smaller batch or patch, or a device with a higher limit.",
    );
  }
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ label: "voxelfeed output", size, usage });
  // Both scopes are popped before anything is awaited: other work on the device may not slip in between.
  const [outOfMemory, invalid] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const error = outOfMemory ?? invalid;
  if (error !== null) {
    buffer.destroy();
    throw new VoxelfeedError("gpu", `No output buffer of ${size} bytes: ${error.message}`, { cause: error });
  }
  return buffer;
}
