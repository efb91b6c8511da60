/** Read access to stored objects, whatever holds them. */

import type { RangeQuery, GetOptions as ZarritaGetOptions } from "zarrita";
import type { Priority } from "../cache/budget.js";
import type { HeadersCallback } from "./headers.js";
import type { Timeouts } from "./timeouts.js";

/** One address of a volume, and what is sent along to it. */
export interface HttpRoot {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: RequestCredentials;
}

/** How to open a store over HTTP: plain, structured-cloneable data. */
export interface HttpSpec extends HttpRoot {
  readonly kind: "http";
  /** Further roots of the same data. */
  readonly mirrors?: readonly HttpRoot[];
  readonly forbiddenIsMissing?: boolean;
  readonly timeouts?: Timeouts;
}

/** How to open a directory. */
export interface DirectorySpec {
  readonly kind: "directory";
  readonly handle: FileSystemDirectoryHandle;
  /** Name for messages. */
  readonly url: string;
  /** Path of the store's root below `handle`; absent for the handle itself. */
  readonly path?: string;
}

/** How to open a store again on another thread: plain, structured-cloneable data. */
export type StoreSpec = HttpSpec | DirectorySpec;

/**
 * A zarrita store: any object with `get(key)` and, for sharded volumes, best also `getRange(key, range)`.
 * Keys start with a slash; a missing key gives `undefined`.
 */
export interface CustomStore {
  get(
    key: `/${string}`,
    options?: ZarritaGetOptions,
  ): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  getRange?(
    key: `/${string}`,
    range: RangeQuery,
    options?: ZarritaGetOptions,
  ): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/** An address of a volume that needs headers or credentials of its own. */
export interface UrlSource {
  readonly url: string | URL;
  /** Sent with every request to the origin of `url`, and to no other. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether cookies and HTTP authentication go along. Default `omit`. */
  readonly credentials?: RequestCredentials;
}

/** A volume over HTTP, and how it is to be asked for; plain data. */
export interface HttpSource extends Partial<UrlSource> {
  /**
   * Instead of `url`: several addresses of the same data. `headers` and `credentials` beside it go to those of the
   * first one's origin only; an entry for another origin may have its own.
   */
  readonly urls?: readonly (string | URL | UrlSource)[];
  /**
   * For buckets that answer 403 for objects that are not there (S3 without the right to list does): chunks then read as
   * fill value, and metadata documents as absent. An answer that says that a signature or token is no longer good
   * stays an error, as far as the bucket tells. Default false.
   */
  readonly forbiddenIsMissing?: boolean;
  readonly timeouts?: Timeouts;
}

/**
 * What a user may name a volume by. Several URLs are several addresses of the same data (other host names of one
 * server, mirrors): each object is asked of one of them, so that the connections of all are used.
 */
export type ImageSource =
  | string
  | URL
  | readonly (string | URL)[]
  | HttpSource
  | FileSystemDirectoryHandle
  | CustomStore;

/** A part of a stored object: `length` bytes from `offset`, or the last `suffixLength` bytes. */
export type ByteRange =
  | { readonly offset: number; readonly length: number }
  | { readonly suffixLength: number };

export interface GetOptions {
  readonly signal?: AbortSignal;
  /** Objects larger than this are refused with `unsupported` rather than read. Default: no limit. */
  readonly maxBytes?: number;
  /** Whose turn it is when requests queue. Default `visible`. */
  readonly priority?: Priority;
  /** Told the object's version where the server names one: its ETag, else its date. */
  readonly onVersion?: (version: string) => void;
  /** The object is a text, and whoever reads it knows a web page when one comes instead. Default false: that is an error. */
  readonly isDocument?: boolean;
}

/**
 * Read access to the objects below one root.
 *
 * Aborts reject with the signal's own reason. A missing object is `undefined`; every other failure is a
 * typed error: `forbidden`, `http`, `network`, `timeout` (the last three after retries), `range`, `storage`.
 */
export interface ByteStore {
  /** The root, for messages: without query string. Not unique: signed URLs and custom stores share it. */
  readonly url: string;
  /** How to open this store on another thread; `null`: a store that lives on this thread only. */
  readonly spec: StoreSpec | null;
  /** Gives this store's requests their headers, on this thread; another one that opens it asks here. */
  readonly headers?: HeadersCallback;
  /** The whole object. The caller owns the bytes, except a custom store's, which may be shared: read only. */
  get(path: string, options?: GetOptions): Promise<Uint8Array | undefined>;
  /**
   * Exactly the bytes asked for; a suffix longer than the object gives the whole object.
   *
   * @throws `range` when the object ends before the range does.
   */
  getRange(path: string, range: ByteRange, options?: GetOptions): Promise<Uint8Array | undefined>;
  /** The version that the server names now, `null` where it names none; absent: the store has no versions. */
  version?(path: string, options?: GetOptions): Promise<string | null>;
  /** Whether anything answers at the root itself; `true` where that cannot be told. */
  rootExists(options?: GetOptions): Promise<boolean>;
  /** Names of the folders at the root; absent where a store cannot list. */
  listFolders?(options?: GetOptions): Promise<readonly string[]>;
  /** The same store, rooted at a path below. */
  child(path: string): ByteStore;
}
