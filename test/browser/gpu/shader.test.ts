/** Shaders that do not compile say where. */
import { expect } from "vitest";
import { Shader } from "../../../src/gpu/shader.js";
import { gpuTest } from "../../helpers/gpu.js";

gpuTest("an error of compilation names the kernel, the WGSL line and its text", async (device) => {
  device.pushErrorScope("validation");
  const code = ["@compute @workgroup_size(1)", "fn main() {", "  let voxel: u32 = 1.5;", "}"].join("\n");
  const shader = new Shader(device, { label: "broken", code, bindings: [] });
  await expect(shader.compile()).rejects.toMatchObject({
    code: "gpu",
    message: /broken kernel does not compile, line 3: .* in "let voxel: u32 = 1\.5;"/s,
  });
  await device.popErrorScope();
});
