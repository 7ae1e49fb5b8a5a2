import { MigrateError } from "../errors";
import { serverErrno, serverWords } from "./error-numbers";
import type { Row } from "./session";

/** A start option of the server forbids the statement: --read-only, --skip-grant-tables, --secure-file-priv … */
const ER_OPTION_PREVENTS_STATEMENT = 1290;
const ER_READ_ONLY_MODE = 1836;

/**
 * Whether a statement was refused because the whole server takes no writes. One error number stands for many options,
 * so we ask the server; super_read_only implies read_only.
 * @throws the driver's error when the connection is lost
 */
export async function refusedAsReadOnly(
  error: unknown,
  query: (sql: string) => Promise<readonly Row[]>,
): Promise<boolean> {
  const errno = serverErrno(error);
  if (errno === ER_READ_ONLY_MODE) return true;
  if (errno !== ER_OPTION_PREVENTS_STATEMENT) return false;
  const [row] = await query("SELECT @@GLOBAL.read_only AS value LIMIT 1");
  // Later releases of MariaDB give a name instead of a number.
  return !["0", "OFF"].includes(String(row?.value ?? "0"));
}

/** The error for the runner's own SQL; it names the option when that was one other than read_only. */
export async function namedOption(
  error: unknown,
  query: (sql: string) => Promise<readonly Row[]>,
): Promise<unknown> {
  if (serverErrno(error) !== ER_OPTION_PREVENTS_STATEMENT) return error;
  if (await refusedAsReadOnly(error, query)) return error;
  return new MigrateError(
    "server-error",
    `The server refused: ${serverWords(error)} (error ${ER_OPTION_PREVENTS_STATEMENT}).`,
    { cause: error, hint: "It was started with an option that forbids this; its own words say which." },
  );
}
