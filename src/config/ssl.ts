import type { SslMode, SslSettings } from "../config";

/** The URL parameters about TLS, as given. */
export interface SslParameters {
  readonly "ssl-mode"?: string;
  readonly "ssl-ca"?: string;
  readonly "ssl-cert"?: string;
  readonly "ssl-key"?: string;
}

/** Their names, in the order in which messages list them. */
export const sslParameterNames = ["ssl-mode", "ssl-ca", "ssl-cert", "ssl-key"] as const;

const MODES: readonly SslMode[] = ["disabled", "preferred", "required", "verify-ca", "verify-identity"];

/**
 * @param refuse called once for each thing that cannot be used
 * @returns null when something was refused
 * @see https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#encrypted-connection-options
 */
export function readSsl(given: SslParameters, refuse: (why: string) => void): SslSettings | null {
  const ca = given["ssl-ca"] ?? null;
  const cert = given["ssl-cert"] ?? null;
  const key = given["ssl-key"] ?? null;
  // The mysql client writes VERIFY_CA; both spellings are one mode. Like it, a CA without a mode is checked.
  const text =
    given["ssl-mode"]?.toLowerCase().replace("_", "-") ?? (ca === null ? "preferred" : "verify-ca");
  const mode = MODES.find((known) => known === text) ?? null;
  if (mode === null) refuse(`has an unknown ssl-mode; known modes: ${MODES.join(", ")}.`);
  if ((cert === null) !== (key === null)) refuse("has one of ssl-cert and ssl-key without the other.");
  const files = ca !== null || cert !== null || key !== null;
  if (mode === "disabled" && files) refuse("has ssl-mode=disabled together with certificate files.");
  if (mode === null || (cert === null) !== (key === null) || (mode === "disabled" && files)) return null;
  return { mode, ca, cert, key };
}
