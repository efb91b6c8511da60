/** Reads response bodies: whole, with a limit, or only the part that is wanted. */
import { VoxelfeedError } from "../errors.js";
import { MiB } from "../math/bytes.js";

/** An answer whose body is to be read. */
export interface Reply {
  readonly response: Response;
  /** As messages show it. */
  readonly url: string;
  /** Told of every piece that arrives. */
  readonly onProgress: (bytes: number) => void;
}

/** What a server says that it will send is allocated at once only up to here: it may say anything. */
const MAX_TOLD_BYTES = 64 * MiB;

/**
 * The whole body in memory of its own.
 *
 * @throws `unsupported` when it has more than `maxBytes`; the rest is then not read.
 */
export async function readBody(
  reply: Reply,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const { bytes } = await readSlice(reply, 0, maxBytes + 1);
  if (bytes.byteLength <= maxBytes) return bytes;
  throw new VoxelfeedError("unsupported", `the object has more than ${maxBytes} bytes`, { url: reply.url });
}

/**
 * The bytes [start, end) of a body; what comes before is dropped as it arrives, what comes after is not read.
 *
 * @returns fewer bytes when the body is shorter, and then its size.
 */
export async function readSlice(
  { response, onProgress }: Pick<Reply, "response" | "onProgress">,
  start: number,
  end: number,
): Promise<{ bytes: Uint8Array; size?: number }> {
  if (response.body === null) return { bytes: new Uint8Array(0), size: 0 };
  const first = start === 0 ? await readTold(response, end, onProgress) : null;
  const parts: Uint8Array[] = first === null ? [] : [first];
  let position = first?.byteLength ?? 0;
  let kept = position;
  const reader = response.body.getReader();
  while (position < end) {
    const { done, value } = await reader.read();
    if (done) return { bytes: concatenate(parts, kept), size: position };
    onProgress(value.byteLength);
    const part = value.subarray(Math.max(0, start - position), Math.max(0, end - position));
    if (part.byteLength > 0) parts.push(part);
    kept += part.byteLength;
    position += value.byteLength;
  }
  // The bytes are here already; a fault while hanging up changes nothing.
  await reader.cancel().catch(() => undefined);
  return { bytes: concatenate(parts, kept) };
}

/**
 * The body as far as its header tells its size, in one buffer that is read into; what comes behind that, as the body
 * was compressed on its way, is left to be read.
 *
 * @returns fewer bytes when the body is shorter; null where the size is not told, or the platform cannot do this.
 */
async function readTold(
  { body, headers }: Response,
  end: number,
  onProgress: Reply["onProgress"],
): Promise<Uint8Array | null> {
  const told = Math.min(Number(headers.get("Content-Length")), end, MAX_TOLD_BYTES);
  const reader = told > 0 ? byobReader(body!) : null;
  if (reader === null) return null;
  let buffer = new ArrayBuffer(told);
  let filled = 0;
  while (filled < told) {
    // The memory moves to the stream, and comes back with the bytes.
    const { done, value } = await reader.read(new Uint8Array(buffer, filled));
    if (value === undefined) throw new Error("the body was taken away");
    buffer = value.buffer;
    if (done) break;
    filled += value.byteLength;
    onProgress(value.byteLength);
  }
  reader.releaseLock();
  return new Uint8Array(buffer, 0, filled);
}

/** Null for bodies that are no byte streams. */
function byobReader(body: ReadableStream): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first!.buffer.byteLength === length) return first!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
