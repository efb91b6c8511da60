/** Our worker with a codec that never comes back from chunks that begin with 77. */
import { registry } from "zarrita";
import "../../workers/chunk.worker.js";

const codec = {
  kind: "bytes_to_bytes" as const,
  encode: (bytes: Uint8Array) => bytes,
  decode(bytes: Uint8Array) {
    while (bytes[0] === 77);
    return bytes.slice();
  },
};

registry.set("numcodecs.test.stuck", async () => ({ fromConfig: () => codec }));
