import { type ErrorCode, MigrateError } from "../errors";
import { isConnectionLost, serverErrno, serverWords } from "./error-numbers";

/** What the server's error numbers mean when the runner's own SQL fails with them. */
const MEANINGS: Readonly<Record<number, readonly [code: ErrorCode, hint: string]>> = {
  1044: ["access-denied", "Give the user CREATE, SELECT, INSERT and UPDATE on the history table."],
  1142: ["access-denied", "Give the user CREATE, SELECT, INSERT and UPDATE on the history table."],
  1143: ["access-denied", "Give the user CREATE, SELECT, INSERT and UPDATE on the history table."],
  1227: ["access-denied", "See what the user may do: SHOW GRANTS FOR CURRENT_USER()."],
  1290: ["read-only-server", "Connect to the primary, or end read_only there."],
  1792: ["read-only-server", "Connect to the primary, or end transaction_read_only there."],
  1836: ["read-only-server", "Connect to the primary, or end read_only there."],
};

/** Runs a command's work and turns the driver's errors into our own; neither contain passwords. */
export async function withTranslatedErrors<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  if (error instanceof MigrateError) return error;
  const errno = serverErrno(error);
  const meaning = errno === null ? undefined : MEANINGS[errno];
  if (meaning !== undefined) {
    const [code, hint] = meaning;
    return new MigrateError(code, `The server refused: ${serverWords(error)}.`, { cause: error, hint });
  }
  if (isConnectionLost(error)) {
    return new MigrateError("connection-lost", `The connection was lost: ${serverWords(error)}.`, {
      cause: error,
      hint: "Run it again: it goes on where the history says.",
    });
  }
  if (errno === null) return error;
  return new MigrateError("server-error", `The server refused: ${serverWords(error)} (error ${errno}).`, {
    cause: error,
  });
}
