/** Tests that need a GPU device. */
import { expect, test } from "vitest";
import { acquireDevice } from "../../src/gpu/device.js";

/** Whether a missing WebGPU is a failure; set in CI, so that GPU tests cannot be skipped unnoticed. */
export const requiresWebGpu = import.meta.env.VITE_REQUIRE_WEBGPU === "1";

/**
 * A test with a device of its own. Validation, internal and out-of-memory errors that the body does not
 * catch fail it; the device, and with it every buffer, is destroyed afterwards.
 *
 * Without WebGPU the test is skipped, or fails where WebGPU is required.
 */
export function gpuTest(name: string, body: (device: GPUDevice) => Promise<void>, timeout = 60_000): void {
  test(name, { timeout }, async (context) => {
    if (!requiresWebGpu && (await navigator.gpu?.requestAdapter()) == null) {
      context.skip("this browser has no WebGPU");
    }
    const { device } = await acquireDevice();
    const uncaptured: string[] = [];
    device.addEventListener("uncapturederror", (event) => uncaptured.push(event.error.message));
    try {
      await body(device);
      await device.queue.onSubmittedWorkDone();
      // An empty scope is answered after all that came before it.
      device.pushErrorScope("validation");
      await device.popErrorScope();
      expect(uncaptured).toEqual([]);
    } finally {
      device.destroy();
    }
  });
}
