/** Reads response bodies: whole, with a limit, or only the part that is wanted. */
import { VoxelfeedError } from "../errors.js";

/** An answer whose body is to be read. */
export interface Reply {
  readonly response: Response;
  /** As messages show it. */
  readonly url: string;
  /** Told of every piece that arrives. */
  readonly onProgress: (bytes: number) => void;
}

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
  const reader = response.body?.getReader();
  if (reader === undefined) return { bytes: new Uint8Array(0), size: 0 };
  const parts: Uint8Array[] = [];
  let position = 0;
  let kept = 0;
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
