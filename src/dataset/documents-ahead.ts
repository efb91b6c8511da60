/**
 * Metadata takes one round trip after the other: which arrays there are says the group's document alone. A later visit
 * knows their names from the last one, and asks for all of them at once. What counts is still what comes now.
 */
import { linkedController, raceAbort } from "../abort.js";
import { recallDocuments, rememberDocuments } from "../cache/disk/known-documents.js";
import type { ByteStore, GetOptions } from "../zarr/byte-store.js";

interface Answer {
  readonly bytes: Uint8Array | undefined;
  readonly version: string | undefined;
}

/**
 * Opens something in a store over HTTP, asking ahead for the documents that this took the last time.
 *
 * @param open reads from the store that it is given, and keeps it no longer
 * @throws what `open` throws
 */
export async function withDocumentsAhead<T>(
  store: ByteStore,
  open: (ahead: ByteStore) => Promise<T>,
): Promise<T> {
  if (store.spec?.kind !== "http") return await open(store);
  const ended = new AbortController();
  /** Documents that were asked for, but for those that are not there. */
  const taken = new Set<string>();
  const known = recallDocuments(store.url);
  /** Documents that were asked for and not yet taken. */
  const ahead = new Map<string, Promise<Answer>>();
  let isFirst = true;

  async function ask(path: string, options: GetOptions): Promise<Answer> {
    let version: string | undefined;
    const onVersion = (told: string): void => {
      version = told;
    };
    return { bytes: await store.get(path, { ...options, onVersion }), version };
  }

  /** Asks for all that is known, as the first document was asked for. */
  async function askAhead(options: GetOptions): Promise<void> {
    for (const path of await known) {
      if (ended.signal.aborted || taken.has(path)) continue;
      const { controller, unlink } = linkedController(options.signal, ended.signal);
      const answer = ask(path, { ...options, signal: controller.signal }).finally(unlink);
      // Nobody may want it any more.
      answer.catch(() => {});
      ahead.set(path, answer);
    }
  }

  async function get(path: string, options: GetOptions = {}): Promise<Uint8Array | undefined> {
    if (isFirst) {
      isFirst = false;
      void askAhead(options);
    }
    const early = ahead.get(path);
    ahead.delete(path);
    taken.add(path);
    const { bytes, version } = await raceAbort(early ?? ask(path, options), options.signal);
    if (version !== undefined) options.onVersion?.(version);
    if (bytes === undefined) taken.delete(path);
    return bytes;
  }

  /** Keeps what was taken, if that is something else than was known. */
  async function remember(): Promise<void> {
    const paths = [...taken].sort();
    if (paths.join() !== (await known).join()) await rememberDocuments(store.url, paths);
  }

  try {
    const opened = await open({ ...store, get });
    // A database that does not answer keeps nobody waiting.
    void remember();
    return opened;
  } finally {
    ended.abort();
  }
}
