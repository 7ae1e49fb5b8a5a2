import type { DatabaseSettings } from "../config";
import { type ErrorCode, MigrateError } from "../errors";
import { quoteIdentifier } from "../syntax/quote";
import { ER_SECURE_TRANSPORT_REQUIRED, missingTlsHint, tlsHint, tlsWords } from "./tls";

/** Wrong password, unknown user, or TLS that the account asks for. */
const ER_ACCESS_DENIED = 1045;

/** Server error numbers that say why a connection was turned away. */
const TURNED_AWAY: Readonly<Record<number, ErrorCode>> = {
  1044: "access-denied",
  1045: "access-denied",
  1130: "access-denied",
  1698: "access-denied",
  1049: "unknown-database",
};

/** Why a session could not be opened, in words of ours; no password is in them. */
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
 * ssl-mode=preferred encrypts when the server can; and where it does not, on this machine, the server or the account may
 * insist on it. An account that does gets the same error as a wrong password.
 */
export function deservesOtherWay(error: unknown, encrypted: boolean): boolean {
  if (encrypted) return errorField(error, "code") === "HANDSHAKE_NO_SSL_SUPPORT";
  const errno = errorField(error, "errno");
  return errno === ER_SECURE_TRANSPORT_REQUIRED || errno === ER_ACCESS_DENIED;
}

/** A field of an error of the driver or of the network, whatever it is. */
export function errorField(error: unknown, field: "errno" | "code"): unknown {
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>)[field] : undefined;
}
