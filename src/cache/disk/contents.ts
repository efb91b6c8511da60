/** Reads and empties the disk cache of this origin. */
import { openDatabase } from "./database.js";
import { removeSlab } from "./payload.js";
import { clearSegments, readTable } from "./segments.js";

/** The disk cache that all pages of this origin share. */
export interface CacheReport {
  /** Bytes of stored chunks with their headers. */
  readonly bytes: number;
  /** Bytes that the filled segments occupy. */
  readonly occupiedBytes: number;
  readonly segments: number;
}

/** See {@link cacheReport}. */
export async function readContents(): Promise<CacheReport> {
  const table = await readTable(openDatabase());
  const segments = (table?.segments ?? []).filter((segment) => segment != null);
  return {
    bytes: segments.reduce((sum, { filledBytes }) => sum + filledBytes, 0),
    occupiedBytes: segments.length * (table?.segmentBytes ?? 0),
    segments: segments.length,
  };
}

/** See {@link clearCache}. */
export async function clearContents(): Promise<void> {
  await clearSegments(openDatabase());
  await removeSlab();
}
