import * as mysql from "mysql2";
import { MigrateError } from "../errors";
import type { DatabaseSettings } from "../settings/database";
import type { Cluster } from "./cluster";
import { asConnectError, deservesOtherWay, errorField, tlsOptions } from "./connect-error";
import { ER_BINLOG_STMT_MODE_AND_ROW_ENGINE, serverErrno } from "./error-numbers";
import {
  close,
  drop,
  execute,
  isTransactionOpen,
  type Link,
  lose,
  queryMany,
  queryRows,
  queryTyped,
  runTogether,
  runVerbatim,
  watch,
} from "./link";
import { createOwnSettings, despiteTimeLimit, type OwnSettings } from "./own-settings";
import { namedOption } from "./read-only";
import { readServer, refuseOldServer, serverInfo } from "./server-info";
import { ROLLBACK, type Session } from "./session";
import { withValuesInPieces } from "./values";

export interface OpenOptions {
  /** Connect without choosing a database; `Session.database` is still the one in the settings. */
  readonly withoutDatabase?: boolean;
  /** Seconds after which the server drops a session that sends nothing; default 60. */
  readonly idleSeconds?: number;
  /** Seconds a statement waits for a metadata lock; default 30. */
  readonly lockWaitSeconds?: number;
  /**
   * Lifts the limits that the server sets for all sessions (time, rows, read only), for the files' statements as well:
   * under them, work on throwaway databases would stop half-way or see only half of a schema. Default false.
   */
  readonly unlimited?: boolean;
  /** The kind of cluster, when an earlier session has found out; left out: the server is asked. */
  readonly cluster?: Cluster;
  /** Aborted before the session is open: stops at once. */
  readonly signal?: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A frozen runner (SIGSTOP, a suspended machine) would hold the lock for the server's wait_timeout, eight
 * hours. The runner is never idle between statements for long, so a minute is enough.
 */
const IDLE_SECONDS = 60;
const LOCK_WAIT_SECONDS = 30;

/**
 * Opens a session. Of several servers, takes the first one that answers and can write; if none can write, the first one
 * that answers.
 * @throws MigrateError `cannot-connect`, `access-denied`, `unknown-database`, `unsupported-server`, `interrupted`
 */
export async function openSession(settings: DatabaseSettings, options: OpenOptions = {}): Promise<Session> {
  const { others = [], ...alone } = settings;
  if (others.length === 0) return await openOn(alone, options);
  const servers = [alone, ...others.map((address) => ({ ...alone, ...address, socket: null }))];
  let reached: DatabaseSettings | null = null;
  let failure: unknown = null;
  for (const server of servers) {
    try {
      const session = await openOn(server, options);
      if (!session.server.readOnly) return session;
      reached ??= server;
      await session.close();
    } catch (error) {
      failure ??= error;
      if (!(error instanceof MigrateError) || error.code !== "cannot-connect") throw error;
    }
  }
  if (reached === null) throw failure;
  return await openOn(reached, options);
}

async function openOn(settings: DatabaseSettings, options: OpenOptions): Promise<Session> {
  const connection = await connect(settings, options);
  const link = watch(connection);
  const stop = (): void => lose(link, stoppedWhileConnecting());
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    return await prepareSession(link, settings, options);
  } catch (error) {
    drop(connection);
    throw asConnectError(error, settings);
  } finally {
    options.signal?.removeEventListener("abort", stop);
  }
}

/** Opens a session, gives it to the callback and closes it, whatever happens. */
export async function withSession<T>(
  settings: DatabaseSettings,
  body: (session: Session) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  const session = await openSession(settings, options);
  try {
    return await body(session);
  } finally {
    await session.close();
  }
}

async function connect(settings: DatabaseSettings, options: OpenOptions): Promise<mysql.Connection> {
  const { mode } = settings.ssl;
  const encrypt =
    mode !== "disabled" && !(mode === "preferred" && isLocal(settings) && settings.ssl.cert === null);
  try {
    return await connectOnce(settings, options, encrypt);
  } catch (first) {
    if (mode !== "preferred" || !deservesOtherWay(first, encrypt)) throw asConnectError(first, settings);
    try {
      return await connectOnce(settings, options, !encrypt);
    } catch (second) {
      // If the server has no TLS, the first try is the one that counts.
      const known = encrypt || errorField(second, "code") !== "HANDSHAKE_NO_SSL_SUPPORT" ? second : first;
      throw asConnectError(known, settings);
    }
  }
}

function connectOnce(
  settings: DatabaseSettings,
  options: OpenOptions,
  encrypt: boolean,
): Promise<mysql.Connection> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(stoppedWhileConnecting());
      return;
    }
    const connection = mysql.createConnection({
      ...(settings.socket === null
        ? { host: settings.host, port: settings.port }
        : { socketPath: settings.socket }),
      user: settings.user,
      password: settings.passwordNow?.() ?? settings.password,
      ...(options.withoutDatabase === true ? {} : { database: settings.database }),
      ...(encrypt ? tlsOptions(settings) : {}),
      connectTimeout: CONNECT_TIMEOUT_MS,
      dateStrings: true,
      supportBigNumbers: true,
      // mysql2 asks for both by default; the mysql client does not. ROW_COUNT() in a file shows the effect of the first
      // one; the second is an sql_mode under which `CREATE TABLE count (…)` is an error.
      flags: ["-FOUND_ROWS", "-IGNORE_SPACE"],
      connectAttributes: { program_name: "mysql-updown" },
      // values.ts puts the values in. Without this option mysql2 still looks for placeholders in every text, which
      // takes longer than sending it.
      queryFormat: (sql: string) => sql,
      // LOAD DATA LOCAL would let a server ask this process for any file it can read.
      infileStreamFactory: refuseLocalInfile,
    });
    const refuse = (error: Error): void => {
      signal?.removeEventListener("abort", stop);
      drop(connection);
      reject(error);
    };
    const stop = (): void => refuse(stoppedWhileConnecting());
    connection.once("error", refuse);
    connection.once("connect", () => {
      connection.off("error", refuse);
      signal?.removeEventListener("abort", stop);
      resolve(connection);
    });
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The error for a signal that came while a session was being opened. */
export function stoppedWhileConnecting(): MigrateError {
  return new MigrateError("interrupted", "Stopped on request while connecting to the database.");
}

function refuseLocalInfile(): never {
  throw new MigrateError("unsupported-statement", "LOAD DATA LOCAL INFILE is not supported.");
}

function isLocal(settings: DatabaseSettings): boolean {
  return settings.socket !== null || ["localhost", "127.0.0.1", "::1"].includes(settings.host);
}

async function prepareSession(
  connection: Link,
  database: DatabaseSettings,
  options: OpenOptions,
): Promise<Session> {
  const idle = options.idleSeconds ?? IDLE_SECONDS;
  const lockWait = options.lockWaitSeconds ?? LOCK_WAIT_SECONDS;
  const lifted = options.unlimited === true ? UNLIMITED : "";
  await despiteTimeLimit(() => execute(connection, beginningOf(idle, lockWait) + lifted));
  const row = await readServer(connection, options.cluster === undefined);
  const server = serverInfo(row, options.cluster);
  refuseOldServer(server);
  // A session opened beside another one must still serve it after a signal, so it does not get the signal.
  const { signal: _, ...lasting } = options;
  const settings = createOwnSettings(
    { query: (sql) => queryRows(connection, sql), execute: (sql) => execute(connection, sql) },
    server.family,
    row,
  );
  return {
    server,
    connectionId: Number(row.id),
    reached: database,
    database: row.name === null ? database.database : String(row.name),
    openBeside: (address, withoutDatabase = options.withoutDatabase === true) =>
      openSession(address == null ? database : { ...database, ...address, socket: null }, {
        ...lasting,
        cluster: server.cluster,
        withoutDatabase,
      }),
    ...commandsOf(connection, settings, server.maxPacketBytes),
  };
}

/**
 * Like the mysql client with --default-character-set=utf8mb4: takes the server's own default collation.
 *
 * On a server whose autocommit is off, or whose COMMIT begins another transaction, the mysql client would lose, at the
 * end of a file, what the file did not commit; here the runner takes care of commits. A file may still set both.
 *
 * If the server reported a SET NAMES, the driver would send the rest of the file in that character set. The mysql
 * client sends a file as it is, so we make the server report nothing of the kind.
 */
function beginningOf(idle: number, lockWait: number): string {
  return (
    `SET NAMES utf8mb4, SESSION wait_timeout = ${idle}, SESSION lock_wait_timeout = ${lockWait},` +
    " SESSION autocommit = 1, SESSION completion_type = 0, SESSION session_track_system_variables = 'autocommit'"
  );
}

/** Not DEFAULT: that is the server's own setting, the very limit to be lifted. MariaDB skips the first comment. */
const UNLIMITED =
  ", SESSION sql_select_limit = 18446744073709551615, SESSION sql_big_selects = 1, SESSION sql_safe_updates = 0" +
  " /*!50708 , SESSION max_execution_time = 0, SESSION transaction_read_only = 0 */" +
  " /*M! , SESSION max_statement_time = 0, SESSION tx_read_only = 0 */";

type Commands = Omit<Session, "server" | "connectionId" | "reached" | "database" | "openBeside">;

function commandsOf(connection: Link, settings: OwnSettings, maxPacketBytes: number): Commands {
  const own = async <T>(work: () => Promise<T>): Promise<T> => {
    await despiteTimeLimit(() => settings.enterOwn());
    try {
      return await work();
    } catch (error) {
      throw await namedOption(error, async (sql) => queryRows(connection, sql));
    }
  };
  let check: ((text: string) => Promise<void>) | null = null;
  const ofFile = async (texts: readonly string[], work: () => Promise<void>): Promise<void> => {
    await settings.enterFile();
    if (check !== null && texts[0] !== ROLLBACK) await check(texts[0] ?? "");
    for (const text of texts) settings.sent(text);
    await work();
  };
  return {
    query: (sql, values) => own(() => queryRows(connection, sql, values)),
    queryMany: (statements) => own(() => queryMany(connection, statements)),
    queryTyped: (sql) => own(() => queryTyped(connection, sql)),
    async execute(sql, values) {
      const { before, text } = withValuesInPieces(sql, values ?? [], maxPacketBytes);
      const write = (): Promise<number> =>
        own(async () => {
          for (const piece of before) await execute(connection, piece);
          return await execute(connection, text);
        });
      try {
        return await write();
      } catch (error) {
        if (serverErrno(error) !== ER_BINLOG_STMT_MODE_AND_ROW_ENGINE) throw error;
        if (!settings.needRepeatableRead()) throw error;
      }
      await settings.enterFile();
      return await write();
    },
    run: (text) => ofFile([text], () => runVerbatim(connection, text)),
    transactionOpen: () => isTransactionOpen(connection),
    runTogether: (texts, ran) => ofFile([], () => runTogether(connection, texts, ran)),
    guard(wanted) {
      check = wanted;
    },
    close: () => close(connection),
  };
}
