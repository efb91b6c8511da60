/**
 * What a connection limit allows: the chunks of a grid of patches, fetched and let go, as many at a time as a browser has
 * connections to an origin over HTTP/1.1.
 */
import type { Job } from "../job.js";
import type { Reader } from "./reader.js";

const CONNECTIONS = 6;

/** Edge of a chunk of the volumes, voxels; a patch must be one. */
const CHUNK = 64;

export async function openBareFetches({ url, settings }: Job): Promise<Reader> {
  const { volume, patch, patches } = settings;
  if (patch.some((size) => size !== CHUNK)) throw new Error("Bare fetches read patches of one chunk each.");
  const edge = Number(volume.split("-").at(-1)) / CHUNK;
  const keys = Array.from({ length: patches }, (_, i) =>
    [Math.floor(i / edge ** 2), Math.floor(i / edge) % edge, i % edge].join("."),
  );
  return {
    async read() {
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < keys.length) {
          const response = await fetch(`${url}/${volume}/0/${keys[next++]}`, { cache: "no-store" });
          await response.arrayBuffer();
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, lane));
    },
    close() {},
  };
}
