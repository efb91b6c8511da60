/** What a disk cache lies on, of whatever size: its database, its slab file, and the room that the browser grants. */
import type { UseStore } from "idb-keyval";
import { openDatabase } from "./database.js";
import { openSlab, type SharedHandle } from "./payload.js";

export interface DiskGround {
  readonly store: UseStore;
  /** As {@link openSlab} gives it. */
  readonly slab: Promise<SharedHandle | null>;
  /** Bytes; 0 where the browser does not tell. */
  readonly quotaBytes: Promise<number>;
}

/** Opens it. Each part takes the browser a few milliseconds at first, so all are asked for at once. */
export function openGround(): DiskGround {
  const store = openDatabase();
  const ground = { store, slab: openSlab(), quotaBytes: readQuota() };
  // Whoever takes them finds out.
  ground.slab.catch(() => {});
  store("readonly", async () => {}).catch(() => {});
  return ground;
}

/** Closes what is not to be used. */
export function leaveGround({ slab }: DiskGround): void {
  slab.then((handle) => handle?.close()).catch(() => {});
}

async function readQuota(): Promise<number> {
  try {
    return (await navigator.storage.estimate()).quota ?? 0;
  } catch {
    return 0;
  }
}
