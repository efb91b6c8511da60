/** Opens a store that another thread has opened: what it was given is checked already. */
import type { ByteStore, StoreSpec } from "./byte-store.js";
import { openDirectoryStore } from "./directory.js";
import { openHttpStore } from "./http.js";
import type { Network } from "./request.js";

/** No request is made. */
export function openSpec(spec: StoreSpec, network: Partial<Network> = {}): ByteStore {
  return spec.kind === "http" ? openHttpStore(spec, network) : openDirectoryStore(spec);
}
