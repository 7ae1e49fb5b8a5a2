/** The number of an error that the server itself sent, or null for anything else (a lost connection, a bug). */
export function serverErrno(error: unknown): number | null {
  if (typeof error !== "object" || error === null) return null;
  const { errno, sqlState } = error as { errno?: unknown; sqlState?: unknown };
  return typeof errno === "number" && typeof sqlState === "string" ? errno : null;
}

/**
 * Sent by a server that is ending the session or itself, perhaps after the statement took effect:
 * ER_SERVER_SHUTDOWN, ER_CLIENT_INTERACTION_TIMEOUT (MySQL), ER_CONNECTION_KILLED (MariaDB), ER_SESSION_WAS_KILLED (MySQL).
 */
const ENDS_THE_SESSION: readonly number[] = [1053, 4031, 1927, 3169];

/** Whether the connection is gone, so that the fate of the statement under way is unknown. */
export function isConnectionLost(error: unknown): boolean {
  const errno = serverErrno(error);
  return errno === null ? isNetworkError(error) : ENDS_THE_SESSION.includes(errno);
}

function isNetworkError(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, fatal } = error as { code?: unknown; fatal?: unknown };
  return fatal === true || code === "PROTOCOL_CONNECTION_LOST" || code === "ECONNRESET" || code === "EPIPE";
}

/** The server's words, for a message. */
export function serverWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
