/** Which metadata documents an image was made of when it was opened last; one IndexedDB record each, of their paths alone. */
import { get, set } from "idb-keyval";
import { documentsPrefix, openDatabase } from "./database.js";
import { digestOf } from "./digest.js";

/** Opens when it is first used. */
const records = openDatabase();

/** Paths of the documents below a URL; none where nothing is known, or the browser does not let it be known. */
export async function recallDocuments(url: string): Promise<readonly string[]> {
  try {
    const name = await digestOf(url);
    const paths: unknown = name === null ? null : await get(documentsPrefix + name, records);
    // Other code of this origin can write there too.
    return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
  } catch {
    return [];
  }
}

/** Keeps them for the next visit. A fault only makes that one slower. */
export async function rememberDocuments(url: string, paths: readonly string[]): Promise<void> {
  try {
    const name = await digestOf(url);
    if (name !== null) await set(documentsPrefix + name, paths, records);
  } catch {
    // It is asked for without them, as the first time.
  }
}
