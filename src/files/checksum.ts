import * as crypto from "node:crypto";

/**
 * SHA-256 in hex. In one call since Node 20.12, which halves the time for small files.
 * @see https://nodejs.org/api/crypto.html#cryptohashalgorithm-data-options
 */
export function sha256(bytes: Buffer): string {
  return typeof crypto.hash === "function"
    ? crypto.hash("sha256", bytes, "hex")
    : crypto.createHash("sha256").update(bytes).digest("hex");
}
