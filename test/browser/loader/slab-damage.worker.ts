/** Damages the disk cache's slab while the workers of a loader have it open, as only another worker can. */

/** What TypeScript knows in its worker library only. */
interface SlabHandle {
  read(target: Uint8Array, options: { readonly at: number }): number;
  write(source: Uint8Array, options: { readonly at: number }): number;
  getSize(): number;
  truncate(bytes: number): void;
  close(): void;
}

interface SlabFile {
  createSyncAccessHandle(options: { readonly mode: string }): Promise<SlabHandle>;
}

export type Damage = "changed" | "truncated";

/** Bytes from one changed byte to the next: every record has one. */
const STRIDE = 499;

function changeBytes(handle: SlabHandle): void {
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  // Added and not flipped, which would mend it the next time.
  for (let at = 100; at < bytes.length; at += STRIDE) bytes[at]! += 1;
  handle.write(bytes, { at: 0 });
}

addEventListener("message", async ({ data }: MessageEvent<Damage>) => {
  const root = await navigator.storage.getDirectory();
  const file: unknown = await root.getFileHandle("voxelfeed-cache.slab", { create: true });
  const handle = await (file as SlabFile).createSyncAccessHandle({ mode: "readwrite-unsafe" });
  if (data === "changed") changeBytes(handle);
  else handle.truncate(Math.floor(handle.getSize() / 3));
  handle.close();
  postMessage("done");
});
