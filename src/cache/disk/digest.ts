/** Names for what is kept: a URL may hold a signature, which has no business on the disk. */

/** Hexadecimal digest of a text, 128 bits; null where there is none (only secure contexts have it). */
export async function digestOf(text: string): Promise<string | null> {
  if (crypto.subtle === undefined) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
