/** A certificate for the HTTP/2 server, signed by itself: browsers speak HTTP/2 over TLS only. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes a key and a certificate for 127.0.0.1, valid for a day. Node has no call for it; openssl does.
 *
 * @returns {{key: string, cert: string} | null} Null where there is no openssl.
 */
export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), "voxelfeed-bench-"));
  try {
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    const args = ["req", "-x509", "-nodes", ...curve, "-days", "1", ...subject, "-keyout", key, "-out", cert];
    const { status } = spawnSync("openssl", args, { stdio: "ignore" });
    if (status !== 0) return null;
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
