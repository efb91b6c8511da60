/** Output buffers. */
import { VoxelfeedError } from "../errors.js";
import { allocate } from "./allocations.js";

/**
 * Creates a zeroed buffer for rendered arrays: `STORAGE | COPY_SRC | COPY_DST`, padded to 16 bytes.
 *
 * @param bytes - size in bytes, at least 1
 * @returns owned by the caller
 * @throws `budget` when the device cannot have a buffer so large; `gpu` when it is out of memory
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
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const { buffer, failure } = allocate(device, { label: "voxelfeed output", size, usage });
  const error = await failure;
  if (error !== null) {
    buffer.destroy();
    throw error;
  }
  return buffer;
}
