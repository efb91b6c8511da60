/** What the disk cache of this origin holds, and how to empty it. */
import { openDatabase } from "./database.js";
import { clearSegments, readTable } from "./segments.js";

/** The disk cache that all pages of this origin share. */
export interface CacheReport {
  /** Bytes of stored chunks with their headers. */
  readonly bytes: number;
  /** Bytes that the filled segments occupy. */
  readonly occupiedBytes: number;
  readonly segments: number;
}

/**
 * How much the disk cache of this origin holds.
 *
 * @throws what IndexedDB throws where the browser denies it
 */
export async function cacheReport(): Promise<CacheReport> {
  const table = await readTable(openDatabase());
  const segments = (table?.segments ?? []).filter((segment) => segment != null);
  return {
    bytes: segments.reduce((sum, { filledBytes }) => sum + filledBytes, 0),
    occupiedBytes: segments.length * (table?.segmentBytes ?? 0),
    segments: segments.length,
  };
}

/**
 * Empties the disk cache of this origin, for all tabs. Loaders that run meanwhile fetch again what they need.
 *
 * @throws what IndexedDB throws where the browser denies it
 */
export async function clearCache(): Promise<void> {
  await clearSegments(openDatabase());
}
