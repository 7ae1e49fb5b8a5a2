import { readFileSync } from "node:fs";
import { connect, isIP, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import type { ConnectionOptions, SslOptions } from "mysql2";
import { type ErrorCode, MigrateError } from "../errors";
import type { DatabaseSettings } from "../settings/database";
import type { SslSettings } from "../settings/database-url";
import { quoteIdentifier } from "../syntax/quote";

/**
 * The driver's options for TLS.
 * @throws MigrateError `bad-setting` when a certificate file cannot be read or used
 * @see https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode
 */
export function tlsOptions(settings: DatabaseSettings): Pick<ConnectionOptions, "ssl" | "stream"> {
  const { ssl, host, port } = settings;
  const files = readFiles(ssl);
  const options: SslOptions = {
    ...files,
    rejectUnauthorized: ssl.mode === "verify-ca" || ssl.mode === "verify-identity",
    verifyIdentity: ssl.mode === "verify-identity",
  };
  if (ssl.mode !== "verify-identity" || settings.socket !== null || isIP(host) === 0) return { ssl: options };
  return { ssl: options, stream: () => connectToAddress(host, port) };
}

/**
 * The driver names no server when it connects to an address, and Node then holds the certificate against `localhost`,
 * or against the name that it finds on the socket.
 */
function connectToAddress(host: string, port: number): Socket {
  const socket = connect(port, host);
  socket.setNoDelay(true);
  return Object.assign(socket, { _host: host });
}

function readFiles(ssl: SslSettings): Pick<SslOptions, "ca" | "cert" | "key"> {
  const files = {
    ...(ssl.ca === null ? {} : { ca: readPem("ssl-ca", ssl.ca) }),
    ...(ssl.cert === null ? {} : { cert: readPem("ssl-cert", ssl.cert) }),
    ...(ssl.key === null ? {} : { key: readPem("ssl-key", ssl.key) }),
  };
  try {
    // The driver does the same in the middle of the handshake, where nobody could catch what it throws.
    createSecureContext(files);
  } catch (cause) {
    const given = Object.keys(files).map((name) => `ssl-${name}`);
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new MigrateError("bad-setting", `${given.join(", ")}: no usable PEM files (${words}).`, { cause });
  }
  return files;
}

function readPem(name: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new MigrateError("bad-setting", `${name}: cannot read ${path}.`, { cause });
  }
  // Node ignores a CA file without a certificate, and then trusts nobody.
  if (!text.includes("-----BEGIN "))
    throw new MigrateError("bad-setting", `${name}: ${path} is no PEM file.`);
  return text;
}

/** A hint for when TLS is the reason why there is no connection; null when it is not. */
export function tlsHint(error: unknown, { mode, ca }: SslSettings): string | null {
  const { code, errno, cert } = (error ?? {}) as { code?: unknown; errno?: unknown; cert?: unknown };
  if (errno === ER_SECURE_TRANSPORT_REQUIRED)
    return "The server insists on TLS: ssl-mode=required, or one that verifies.";
  if (code === "HANDSHAKE_NO_SSL_SUPPORT") {
    return `The server offers no TLS, and ssl-mode=${mode} insists on it. Set the server up for it, or take ssl-mode=preferred.`;
  }
  if (isAlert(code))
    return "The server refused the client's side of TLS: does it know the authority that issued ssl-cert?";
  if (code !== "HANDSHAKE_SSL_ERROR") return null;
  // Only the error about a name that does not match has the certificate in it.
  if (cert !== undefined) {
    return "Connect by a name that is in the server's certificate; ssl-mode=verify-ca does not look at the name.";
  }
  return ca === null
    ? "Name the authority that issued the server's certificate: ssl-ca=/path/to/ca.pem"
    : "Does ssl-ca name the authority that issued the server's certificate, and is that still valid?";
}

/**
 * A hint about TLS that the account may require and that was not used: the error looks like a wrong password. Null:
 * nothing is missing.
 */
export function missingTlsHint({ mode, cert }: SslSettings): string | null {
  if (mode === "disabled")
    return "An account, or the server, may also require TLS, which ssl-mode=disabled rules out.";
  return cert === null ? "An account may also require a client certificate: ssl-cert and ssl-key." : null;
}

/** OpenSSL's own words, without its file names and line numbers; null for other errors. */
export function tlsWords(error: unknown): string | null {
  const { code, reason } = (error ?? {}) as { code?: unknown; reason?: unknown };
  return isAlert(code) && typeof reason === "string" ? reason : null;
}

function isAlert(code: unknown): boolean {
  return typeof code === "string" && code.startsWith("ERR_SSL_");
}

/** The server has require_secure_transport. */
export const ER_SECURE_TRANSPORT_REQUIRED = 3159;

/** Wrong password, unknown user, or the account requires TLS. */
const ER_ACCESS_DENIED = 1045;

/** Server error numbers that say why the server refused a connection. */
const TURNED_AWAY: Readonly<Record<number, ErrorCode>> = {
  1044: "access-denied",
  1045: "access-denied",
  1130: "access-denied",
  1698: "access-denied",
  1049: "unknown-database",
};

/** Why a session could not be opened, in our own words, without passwords. */
export function asConnectError(error: unknown, settings: DatabaseSettings): MigrateError {
  if (error instanceof MigrateError) return error;
  const where = settings.socket ?? `${settings.host}:${settings.port}`;
  const errno = errorField(error, "errno");
  const code = (typeof errno === "number" ? TURNED_AWAY[errno] : undefined) ?? "cannot-connect";
  const words = connectWords(error).replace(/\.$/, "");
  switch (code) {
    case "access-denied":
      return new MigrateError(code, `The server at ${where} refused user ${settings.user}: ${words}.`, {
        cause: error,
        hint: [
          "Check the user, the password and what the user may do: SHOW GRANTS FOR CURRENT_USER().",
          ...(errno === ER_ACCESS_DENIED ? [missingTlsHint(settings.ssl)] : []),
        ]
          .filter((line) => line !== null)
          .join("\n"),
      });
    case "unknown-database":
      return new MigrateError(code, `Database ${settings.database} does not exist at ${where}.`, {
        cause: error,
        hint: `Create it, or let init do it:\n  npm run migrate:init\nor in SQL:\n  CREATE DATABASE ${quoteIdentifier(settings.database)};`,
      });
    default:
      return new MigrateError(code, `Cannot connect to ${where}: ${words}.`, {
        cause: error,
        hint: tlsHint(error, settings.ssl) ?? "Is the server running, and are host, port or socket right?",
      });
  }
}

function connectWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return tlsWords(error) ?? (error.message || String(errorField(error, "code")));
}

/**
 * Whether to try once more, with TLS instead of without or the other way round.
 *
 * ssl-mode=preferred encrypts when the server can, but not on the way to this machine itself, where the server or the
 * account may still insist on it. If the account does, the error is the same as for a wrong password.
 */
export function deservesOtherWay(error: unknown, encrypted: boolean): boolean {
  if (encrypted) return errorField(error, "code") === "HANDSHAKE_NO_SSL_SUPPORT";
  const errno = errorField(error, "errno");
  return errno === ER_SECURE_TRANSPORT_REQUIRED || errno === ER_ACCESS_DENIED;
}

/** A field of an error from the driver or the network, whatever its type. */
export function errorField(error: unknown, field: "errno" | "code"): unknown {
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>)[field] : undefined;
}
