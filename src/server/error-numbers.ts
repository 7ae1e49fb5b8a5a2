export const ER_DUP_ENTRY = 1062;
export const ER_PARSE_ERROR = 1064;
export const ER_NO_SUCH_TABLE = 1146;
/** A Galera node that is not ready, or not in the part of its cluster that has the majority. */
export const ER_UNKNOWN_COM_ERROR = 1047;
export const ER_TABLE_EXISTS = 1050;
/** How a statement ends after KILL QUERY. */
export const ER_QUERY_INTERRUPTED = 1317;
/**
 * With binlog_format = STATEMENT InnoDB refuses writes in a transaction at READ COMMITTED, also the runner's record.
 */
export const ER_BINLOG_STMT_MODE_AND_ROW_ENGINE = 1665;

/**
 * Errors by which the server says that it has undone the whole transaction, through no fault of its statements:
 * - ER_LOCK_DEADLOCK. A Galera node also sends it when another node's write came first, in answer to whatever comes
 *   next: a COMMIT, a statement, or one of the runner's own reads. What follows runs outside of the transaction.
 * - ER_ERROR_DURING_COMMIT, ER_TRANSACTION_ROLLBACK_DURING_COMMIT: the same, from a member of a group, at the COMMIT.
 * @see https://galeracluster.com/library/documentation/certification-based-replication.html
 */
const TRANSACTION_UNDONE: readonly (number | null)[] = [1213, 1180, 3101];

/** Whether the server has undone the transaction. It can be run again once the history has been read again. */
export function isTransactionUndone(error: unknown): boolean {
  return TRANSACTION_UNDONE.includes(serverErrno(error));
}

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

/**
 * Sent by a node that is not, or no longer, a working part of its cluster, so we must ask another one:
 * ER_UNKNOWN_COM_ERROR ("WSREP has not yet prepared node for application use"), ER_RUN_HOOK_ERROR (a member that was
 * expelled from its group, or whose group has no majority, gives up a transaction at its COMMIT).
 */
const LEFT_ITS_CLUSTER: readonly number[] = [ER_UNKNOWN_COM_ERROR, 3100];

/** Whether the connection is gone, which leaves the fate of the running statement unknown. */
export function isConnectionLost(error: unknown): boolean {
  const errno = serverErrno(error);
  return errno === null ? isNetworkError(error) : [...ENDS_THE_SESSION, ...LEFT_ITS_CLUSTER].includes(errno);
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

/**
 * Errors by which a server says that it did not begin a statement, so none of it can have happened. An error that is
 * not on this list proves nothing. They count only for a statement that the server takes as a whole: the same numbers
 * also come from the middle of a procedure, a trigger or a compound statement.
 * @see https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html, https://mariadb.com/kb/en/mariadb-error-code-reference/
 */
const NEVER_BEGAN: readonly (readonly [why: Refusal, ...numbers: readonly number[]])[] = [
  // ER_PARSE_ERROR, ER_EMPTY_QUERY, ER_SYNTAX_ERROR
  ["not understood", 1064, 1065, 1149],
  // ER_BAD_DB_ERROR, ER_NO_DB_ERROR, ER_NO_SUCH_TABLE: the names are looked up before anything is changed.
  ["unknown name", 1046, 1049, 1146],
  // ER_UNKNOWN_CHARACTER_SET, ER_UNKNOWN_SYSTEM_VARIABLE, ER_UNKNOWN_COLLATION, ER_UNKNOWN_STORAGE_ENGINE
  ["unknown name", 1115, 1193, 1273, 1286],
  // ER_CANT_FIND_DL_ENTRY, ER_SP_DOES_NOT_EXIST (also for plugins and loadable functions), ER_PLUGIN_IS_NOT_LOADED
  ["unknown name", 1127, 1305, 1524],
  // ER_TRG_DOES_NOT_EXIST, ER_FOREIGN_SERVER_DOESNT_EXIST, ER_EVENT_DOES_NOT_EXIST
  ["unknown name", 1360, 1477, 1539],
  // ER_CANT_OPEN_LIBRARY, ER_UDF_NO_PATHS: the file is opened before the plugin or function is entered anywhere.
  ["no such library", 1124, 1126],
  // ER_DB_CREATE_EXISTS, ER_TABLE_EXISTS_ERROR, ER_UDF_EXISTS, ER_SP_ALREADY_EXISTS, ER_TRG_ALREADY_EXISTS
  ["name taken", 1007, 1050, 1125, 1304, 1359],
  // ER_FOREIGN_SERVER_EXISTS, ER_EVENT_ALREADY_EXISTS, ER_NATIVE_FCT_NAME_COLLISION, ER_PLUGIN_INSTALLED (MariaDB)
  ["name taken", 1476, 1537, 1585, 1968],
  // ER_DBACCESS_DENIED, ER_TABLEACCESS_DENIED, ER_COLUMNACCESS_DENIED, ER_SPECIFIC_ACCESS_DENIED, ER_PROCACCESS_DENIED
  ["not permitted", 1044, 1142, 1143, 1227, 1370],
  // ER_CANT_CREATE_USER_WITH_GRANT, ER_BINLOG_CREATE_ROUTINE_NEED_SUPER
  ["not permitted", 1410, 1419],
  // ER_OPTION_PREVENTS_STATEMENT (read_only, --skip-grant-tables, --secure-file-priv), ER_READ_ONLY_MODE
  ["switched off here", 1290, 1836],
  // ER_NOT_SUPPORTED_YET, ER_WRONG_VALUE_FOR_VAR, ER_WRONG_TYPE_FOR_VAR, ER_INCORRECT_GLOBAL_LOCAL_VAR, ER_WRONG_VALUE
  ["impossible value", 1231, 1232, 1235, 1238, 1525],
];

type Refusal =
  | "not understood"
  | "unknown name"
  | "no such library"
  | "name taken"
  | "not permitted"
  | "switched off here"
  | "impossible value";

/** Whether this error says that the server never began the statement (one that it takes as a whole). */
export function neverBegan(errno: number): boolean {
  return NEVER_BEGAN.some(([, ...numbers]) => numbers.includes(errno));
}

/** Whether the server could not even read the statement. */
export function wasNotUnderstood(errno: number): boolean {
  return NEVER_BEGAN.some(([why, ...numbers]) => why === "not understood" && numbers.includes(errno));
}

/**
 * The server cannot alter the table in the requested way and did not begin: ER_ALTER_OPERATION_NOT_SUPPORTED, the same
 * with a reason, ER_WRONG_USAGE (of ALGORITHM and LOCK together), ER_INNODB_MAX_ROW_VERSION (MySQL: INSTANT was used
 * too often). Or it had to give up because others wrote more meanwhile than it can keep: ER_INNODB_ONLINE_LOG_TOO_BIG.
 */
const NOT_IN_THIS_WAY: readonly (number | null)[] = [1845, 1846, 1221, 4092, 1799];

/** Whether the server altered nothing because it cannot do it in the requested way. */
export function refusesThisWay(error: unknown): boolean {
  return NOT_IN_THIS_WAY.includes(serverErrno(error));
}
