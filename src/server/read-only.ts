import { MigrateError } from "../errors";
import { serverErrno, serverWords } from "./error-numbers";
import type { Row } from "./session";

/** An option that the server was started with forbids the statement: --read-only, --skip-grant-tables, --secure-file-priv … */
const ER_OPTION_PREVENTS_STATEMENT = 1290;
const ER_READ_ONLY_MODE = 1836;

/**
 * Whether a statement was refused because the whole server takes no writes. One number stands for many options, so the server
 * is asked; super_read_only turns read_only on.
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
  // A name and no number in later releases of MariaDB.
  return !["0", "OFF"].includes(String(row?.value ?? "0"));
}

/** What SQL of the runner's own failed with; of an option other than read_only it says so. */
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
