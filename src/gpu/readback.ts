/** Copying a buffer's content to the CPU. */
import { VoxelfeedError } from "../errors.js";
import { allocate } from "./allocations.js";

/**
 * Reads part of a buffer after all work submitted so far.
 *
 * @param buffer - with usage `COPY_SRC`
 * @param byteOffset - any offset; copies are widened to multiples of 4
 * @returns `byteLength` bytes, owned by the caller
 * @throws `gpu` when the device is lost or the buffer is destroyed
 */
export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  byteOffset: number,
  byteLength: number,
): Promise<ArrayBuffer> {
  const start = byteOffset - (byteOffset % 4);
  const size = Math.ceil((byteOffset + byteLength - start) / 4) * 4;
  const { buffer: staging, failure } = allocate(device, {
    label: "voxelfeed readback",
    size: Math.max(size, 4),
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  try {
    const error = await failure;
    if (error !== null) throw error;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, start, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const from = byteOffset - start;
    return staging.getMappedRange().slice(from, from + byteLength);
  } catch (cause) {
    throw new VoxelfeedError("gpu", `Reading ${byteLength} bytes back from the GPU failed.`, { cause });
  } finally {
    staging.destroy();
  }
}
