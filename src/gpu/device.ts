/** Finding a WebGPU device of our own. */
import { VoxelfeedError } from "../errors.js";

export interface AcquiredDevice {
  /** Owned by the caller, who destroys it. */
  readonly device: GPUDevice;
  readonly adapterInfo: GPUAdapterInfo;
  /** Whether it computes on the CPU; see {@link isSoftware}. */
  readonly isFallback: boolean;
}

export interface AcquireOptions {
  /** Default: the browser's choice. */
  readonly powerPreference?: GPUPowerPreference;
}

/** Limits worth having in full: how large buffers and bindings may be, and how many bindings there are. */
const wantedLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
] as const;

/**
 * Requests a device with the largest buffers the adapter offers.
 *
 * @throws `no-webgpu` when the page has no WebGPU, no adapter or gets no device
 */
export async function acquireDevice(options: AcquireOptions = {}): Promise<AcquiredDevice> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (gpu === undefined) {
    throw new VoxelfeedError(
      "no-webgpu",
      'This page has no WebGPU: navigator.gpu is missing. Use a secure context and a browser with WebGPU, or backend: "cpu".',
    );
  }
  const { powerPreference } = options;
  const adapter = await gpu.requestAdapter(powerPreference === undefined ? {} : { powerPreference });
  if (adapter === null) {
    throw new VoxelfeedError("no-webgpu", 'The browser offers no WebGPU adapter. Use backend: "cpu".');
  }
  const requiredLimits = Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]]));
  try {
    const device = await adapter.requestDevice({ requiredLimits });
    return { device, adapterInfo: adapter.info, isFallback: isSoftware(adapter) };
  } catch (cause) {
    throw new VoxelfeedError("no-webgpu", 'The WebGPU adapter gave no device. Use backend: "cpu".', {
      cause,
    });
  }
}

/**
 * Whether an adapter or device computes on the CPU, where the CPU renderer is several times faster.
 *
 * Known by `isFallbackAdapter`, or by the names of the software drivers that do not set it.
 */
export function isSoftware(source: GPUAdapter | GPUDevice): boolean {
  const info: GPUAdapterInfo | undefined = "adapterInfo" in source ? source.adapterInfo : source.info;
  if (info === undefined) return false;
  const names = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render|\bwarp\b/i.test(names);
}
