/** The Zarr arrays an engine reads, numbered; the same array opened twice gets the same number. */
import type { ArrayDefinition } from "../pool/protocol.js";
import type { ByteStore } from "../zarr/byte-store.js";
import type { HeadersCallback } from "../zarr/headers.js";
import { brickBytes, type ImageMeta, type Level } from "../zarr/metadata.js";

/** An opened image: where its bytes are and what its metadata says. */
export interface StoredImage {
  readonly store: ByteStore;
  readonly meta: ImageMeta;
}

export interface RegisteredArray {
  readonly id: number;
  readonly store: ByteStore;
  readonly level: Level;
  /** Bytes of one decoded brick. */
  readonly brickBytes: number;
}

type Define = (definition: ArrayDefinition, headers: HeadersCallback | undefined) => number;

export class ArrayRegistry {
  readonly #define: Define;
  readonly #byName = new Map<string, RegisteredArray>();
  readonly #sources = new WeakMap<object, number>();
  #sourceCount = 0;

  constructor(define: Define) {
    this.#define = define;
  }

  register({ store, meta }: StoredImage, levelIndex: number): RegisteredArray {
    const level = meta.levels[levelIndex]!;
    const { path, select, digests } = level.array;
    const name = JSON.stringify([this.#sourceName(store), path, select, digests?.fingerprint]);
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const id = this.#define({ store: store.spec, url: meta.url, meta: level.array }, store.headers);
    const array: RegisteredArray = { id, store, level, brickBytes: brickBytes(level) };
    this.#byName.set(name, array);
    return array;
  }

  /** URLs name themselves, with how they are asked for; directories and custom stores are told apart by identity. */
  #sourceName(store: ByteStore): string {
    const { spec } = store;
    if (spec?.kind === "http") return JSON.stringify([spec, store.headers !== undefined]);
    const source = spec === null ? store : spec.handle;
    const number = this.#sources.get(source) ?? this.#sourceCount++;
    this.#sources.set(source, number);
    return `#${number}/${spec?.path ?? ""}`;
  }
}
