import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeGzip, decodeZlib } from "../../../../src/zarr/decoders/stream.js";

const plain = Uint8Array.from({ length: 40_000 }, (_, i) => (i * i) >> 4);
const exactly = (maxBytes: number) => ({ maxBytes, isExact: true });
const append = (bytes: Uint8Array, ...tail: number[]) => new Uint8Array([...bytes, ...tail]);

const formats = [
  { name: "gzip", encode: gzipSync, decode: decodeGzip },
  { name: "zlib", encode: deflateSync, decode: decodeZlib },
];

describe.each(formats)("$name", ({ encode, decode }) => {
  const encoded = new Uint8Array(encode(plain));

  it.each([0, 1, 100, 40_000])("reads %i bytes and says that a checksum vouches for them", async (length) => {
    const part = plain.slice(0, length);
    const { bytes, isVerified } = await decode(new Uint8Array(encode(part)), exactly(length));
    expect(Buffer.compare(bytes, part)).toBe(0);
    expect(isVerified).toBe(true);
  });

  it("takes any size up to a limit that is not exact", async () => {
    const { bytes } = await decode(encoded, { maxBytes: 50_000, isExact: false });
    expect(Buffer.compare(bytes, plain)).toBe(0);
    await expect(decode(encoded, { maxBytes: 39_999, isExact: false })).rejects.toThrow(/more than 39999/);
  });

  it("refuses another size", async () => {
    await expect(decode(encoded, exactly(39_999))).rejects.toThrow(/more than 39999 bytes/);
    await expect(decode(encoded, exactly(40_001))).rejects.toThrow(/40000 bytes instead of 40001/);
  });

  it("refuses bytes behind the end, also such as look like an end", async () => {
    const tails = [[0], [1], [0, 0, 0, 0], [...encoded.slice(-4)], [...encoded.slice(-8)], [...encoded]];
    for (const tail of tails) {
      await expect(decode(append(encoded, ...tail), exactly(40_000)), `${tail.length}`).rejects.toThrow();
    }
  });

  it("reads a stream in which its own end stands before, by chance", async () => {
    const end = new Uint8Array(encode(plain)).slice(-4);
    // Stored blocks hold the bytes as they are; a gzip member of 65536 k bytes ends in zeros.
    const content = new Uint8Array(65536);
    content.set(end, 100);
    const stored = new Uint8Array(encode(content, { level: 0 }));
    const { bytes } = await decode(stored, exactly(65536));
    expect(Buffer.compare(bytes, content)).toBe(0);
  });

  it("refuses every cut", async () => {
    const short = new Uint8Array(encode(plain.slice(0, 60)));
    for (let length = 0; length < short.length; length++) {
      await expect(decode(short.slice(0, length), exactly(60)), `${length}`).rejects.toThrow();
    }
  });

  it("refuses a checksum that does not match", async () => {
    const damaged = encoded.slice();
    damaged[damaged.length - 8 + (encode === gzipSync ? 0 : 5)]! ^= 1;
    await expect(decode(damaged, exactly(40_000))).rejects.toThrow();
  });
});
