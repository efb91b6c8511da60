/** A store over HTTP: missing is `undefined`, passing faults are retried, everything else is a typed error. */
import { isVoxelfeedError } from "../errors.js";
import { type Reply, readBody } from "./body.js";
import type { ByteRange, ByteStore, GetOptions, HttpRoot, HttpSpec } from "./byte-store.js";
import { crc32c } from "./crc32c.js";
import { resolveRange } from "./range.js";
import { contentLength, readRange } from "./range-reply.js";
import { type HttpRequest, type Network, requestWithRetry } from "./request.js";
import { defaultRetryPolicy } from "./retry.js";
import { RetryBudgets } from "./retry-budget.js";
import { defaultTimeouts } from "./timeouts.js";
import { joinUrl, messagePath, messageUrl } from "./url.js";

/** What a server was found to do; shared by a store and its children. */
interface ServerTraits {
  /** Whether it answers `bytes=-N`. */
  suffixRanges: "unknown" | "answered" | "refused";
}

/** Tries of a suffix range before the server is asked another way. */
const suffixTries = 3;

/**
 * Opens an http(s) root made by `sourceUrl`; nothing is requested before the first `get`.
 *
 * Of several roots, each object is asked of one of them, always the same.
 */
export function openHttpStore(
  spec: HttpSpec,
  given: Partial<Network> = {},
  traits: ServerTraits = { suffixRanges: "unknown" },
): ByteStore {
  const { url: rootUrl, headers, credentials, mirrors = [], forbiddenIsMissing } = spec;
  const network: Network = { policy: defaultRetryPolicy, budgets: new RetryBudgets(), ...given };
  const roots: readonly HttpRoot[] = [{ url: rootUrl, headers, credentials }, ...mirrors];
  const timeouts = { ...defaultTimeouts, ...spec.timeouts };

  type Details<T> = Partial<Pick<HttpRequest<T>, "method" | "range" | "isDocument" | "forbiddenIsMissing">>;

  function request<T>(
    path: string,
    { signal, priority }: GetOptions,
    details: Details<T>,
    consume: (reply: Reply) => Promise<T>,
    net = network,
  ): Promise<T | undefined> {
    const root = rootFor(path, roots);
    const target = joinUrl(root.url, path);
    const from = { target, url: messageUrl(target), headers: root.headers, credentials: root.credentials };
    return requestWithRetry(
      { method: "GET", forbiddenIsMissing, timeouts, ...from, ...details, signal, priority, consume },
      net,
    );
  }

  const getPart = (path: string, range: ByteRange, options: GetOptions, net = network) => {
    const consume = async (reply: Reply) => {
      const bytes = await readRange(reply, range);
      tellVersion(reply, options.onVersion);
      return bytes;
    };
    return request(path, options, { range }, consume, net);
  };

  async function getSuffix(path: string, range: { readonly suffixLength: number }, options: GetOptions) {
    if (traits.suffixRanges === "answered") return await getPart(path, range, options);
    if (traits.suffixRanges === "unknown") {
      try {
        const attempts = Math.min(suffixTries, network.policy.attempts);
        const policy = { ...network.policy, attempts, isPatient: false };
        const bytes = await getPart(path, range, options, { ...network, policy });
        if (bytes !== undefined) traits.suffixRanges = "answered";
        return bytes;
      } catch (error) {
        // A suffix range needs a CORS preflight, and some servers do not know it at all.
        if (options.signal?.aborted || !mayRefuseSuffix(error)) throw error;
      }
    }
    const tail = await getTail(path, range.suffixLength, options);
    traits.suffixRanges = "refused";
    return tail;
  }

  /** For servers that refuse `bytes=-N`: the size first, then an ordinary range. */
  async function getTail(path: string, suffixLength: number, options: GetOptions) {
    const size = await request(path, options, { method: "HEAD" }, async (reply) => contentLength(reply));
    if (size === undefined) return undefined;
    const { start, end } = resolveRange({ suffixLength }, size, messagePath(messageUrl(rootUrl), path));
    return start === end
      ? new Uint8Array(0)
      : await getPart(path, { offset: start, length: end - start }, options);
  }

  return {
    url: messageUrl(rootUrl),
    spec: network.fetch === undefined ? spec : null,
    ...(network.headers && { headers: network.headers }),
    get: (path, options = {}) =>
      request(path, options, { isDocument: options.isDocument }, async (reply) => {
        const bytes = await readBody(reply, options.maxBytes);
        tellVersion(reply, options.onVersion);
        return bytes;
      }),
    async getRange(path, range, options = {}) {
      if ("suffixLength" in range) return await getSuffix(path, range, options);
      return range.length === 0 ? new Uint8Array(0) : await getPart(path, range, options);
    },
    async version(path, options = {}) {
      const version = await request(path, options, { method: "HEAD" }, async ({ response }) =>
        versionOf(response),
      );
      return version ?? null;
    },
    async rootExists(options = {}) {
      try {
        const details = { method: "HEAD", forbiddenIsMissing: false } as const;
        return (await request("", options, details, async () => true)) ?? false;
      } catch (error) {
        // A listing that is forbidden, or a method that is not allowed, still means that something is there.
        if (isVoxelfeedError(error, "forbidden") || (isVoxelfeedError(error, "http") && error.status! < 500))
          return true;
        throw error;
      }
    },
    child(path) {
      const below = <R extends HttpRoot>(root: R): R => ({ ...root, url: joinUrl(root.url, path) });
      const others = mirrors.length === 0 ? {} : { mirrors: mirrors.map(below) };
      return openHttpStore({ ...below(spec), ...others }, network, traits);
    },
  };
}

/** Spreads objects over roots, so that each origin's connections carry a part of them. */
function rootFor(path: string, roots: readonly HttpRoot[]): HttpRoot {
  if (roots.length === 1) return roots[0]!;
  return roots[crc32c(new TextEncoder().encode(path)) % roots.length]!;
}

function tellVersion({ response }: Reply, onVersion: GetOptions["onVersion"]): void {
  const version = onVersion && versionOf(response);
  if (version) onVersion(version);
}

/** CORS lets a page see the date, but the ETag only where the server exposes it. */
function versionOf({ headers }: Response): string | null {
  return headers.get("ETag") ?? headers.get("Last-Modified");
}

function mayRefuseSuffix(error: unknown): boolean {
  if (isVoxelfeedError(error, "network")) return true;
  return isVoxelfeedError(error, "range", "http") && [400, 405, 416, 501].includes(error.status ?? 0);
}
