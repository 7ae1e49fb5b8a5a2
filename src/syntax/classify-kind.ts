import type { LexOptions } from "./lexer";
import { refused, repeatable, type StatementKind, transactional, unjudgeable } from "./statement-kind";
import { readGrant, readRevoke } from "./statements/accounts";
import {
  readAnalyze,
  readFlush,
  readInstall,
  readLoad,
  readReplication,
  readReset,
  readTruncate,
} from "./statements/admin";
import { readAlter, readRename } from "./statements/alter";
import {
  readCall,
  readCommit,
  readDeallocate,
  readExecute,
  readLock,
  readPrepare,
  readRollback,
  readStart,
  readUnlock,
  readUse,
} from "./statements/control";
import { readCreate } from "./statements/create";
import { readDrop } from "./statements/drop";
import { readSet } from "./statements/set";
import { createReader, hasSequence, type TokenReader } from "./token-reader";

/**
 * The kind of a simple (not compound) statement, from its first tokens if possible. Transactional verbs are listed one
 * by one, because a statement wrongly believed to be transactional loses its record.
 * @see https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
 * @see https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/
 */
export function classifyKind(text: string, options: LexOptions = {}): StatementKind {
  const reader = createReader(text, options);
  while (reader.accept("(")); // (SELECT …) UNION …
  const verb = reader.keyword();
  if (verb === "SET" && reader.keyword(1) === "STATEMENT") return readSetStatement(reader, options);
  const read = verbs.get(verb);
  if (read !== undefined) {
    reader.next();
    return read(reader);
  }
  if (reader.peek() === null) return repeatable([], "never");
  return unjudgeable(`${verb || "this"} is not a statement that is known`, [], "perhaps");
}

type Read = (reader: TokenReader) => StatementKind;

const verbs: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["INSERT", transactional],
  ["REPLACE", transactional],
  ["UPDATE", transactional],
  ["DELETE", transactional],
  ["LOAD", readLoad],
  ["DO", transactional],
  ["SELECT", readQuery],
  ["WITH", readQuery],
  ["VALUES", readQuery],
  ["TABLE", readQuery],
  ["SHOW", transactional],
  ["DESCRIBE", transactional],
  ["DESC", transactional],
  ["EXPLAIN", transactional],
  ["HELP", transactional],
  ["CHECKSUM", transactional],
  ["SIGNAL", transactional],
  ["RESIGNAL", transactional],
  ["GET", transactional],

  ["BEGIN", () => ({ kind: "begin", readOnly: false })],
  ["START", (reader) => readStart(reader) ?? readReplication(reader)],
  ["COMMIT", readCommit],
  ["ROLLBACK", readRollback],
  // Outside of a transaction they do nothing, and the runner never splits a transaction of the file's own.
  ["SAVEPOINT", transactional],
  ["RELEASE", transactional],
  ["XA", () => refused("An XA transaction is committed apart from the record of it.")],
  ["LOCK", readLock],
  ["UNLOCK", readUnlock],

  ["SET", readSet],
  ["USE", readUse],
  ["CALL", readCall],
  ["PREPARE", readPrepare],
  ["EXECUTE", readExecute],
  ["DEALLOCATE", readDeallocate],

  ["CREATE", readCreate],
  ["ALTER", readAlter],
  ["DROP", readDrop],
  ["RENAME", readRename],
  ["TRUNCATE", readTruncate],
  ["GRANT", readGrant],
  ["REVOKE", readRevoke],

  ["ANALYZE", readAnalyze],
  ["OPTIMIZE", () => repeatable()],
  ["CHECK", () => repeatable()],
  ["REPAIR", () => repeatable()],
  ["CACHE", () => repeatable([], "perhaps")],
  ["FLUSH", readFlush],
  ["RESET", readReset],
  ["PURGE", () => repeatable([], "never")],
  [
    "CHANGE",
    () => unjudgeable("it sets replication back to a place that it may have left since", [], "perhaps"),
  ],
  ["STOP", readReplication],
  ["INSTALL", readInstall],
  ["UNINSTALL", readInstall],
  ["IMPORT", () => unjudgeable("IMPORT TABLE takes over files, which can be done once only")],
  ["CLONE", () => unjudgeable("CLONE copies files")],
  ["BINLOG", () => unjudgeable("BINLOG replays events that cannot be seen", [], "perhaps")],

  ["HANDLER", () => refused("HANDLER keeps a cursor that does not outlive a lost connection.")],
  [
    "BACKUP",
    () => refused("A backup lock ends with the connection, and keeps progress from being recorded."),
  ],
  ["KILL", () => refused("KILL names a connection of the moment, perhaps the runner's own.")],
  ["SHUTDOWN", () => refused("It stops the server, and with it the migration.")],
  ["RESTART", () => refused("It stops the server, and with it the migration.")],
]);

/** A query is transactional, unless it writes a file. */
function readQuery(reader: TokenReader): StatementKind {
  if (!/outfile|dumpfile/i.test(reader.text)) return transactional();
  const words = reader.rest();
  if (!hasSequence(words, "INTO", "OUTFILE") && !hasSequence(words, "INTO", "DUMPFILE"))
    return transactional();
  return unjudgeable(
    "the file it writes on the server stays when the transaction is rolled back",
    [],
    "never",
  );
}

/** MariaDB's `SET STATEMENT variable = value, … FOR statement` does what its statement does. */
function readSetStatement(reader: TokenReader, options: LexOptions): StatementKind {
  let depth = 0;
  for (let token = reader.next(); token !== null; token = reader.next()) {
    if (token.value === "(") depth++;
    if (token.value === ")") depth--;
    const next = reader.peek();
    if (depth === 0 && next !== null && token.type === "word" && token.value.toUpperCase() === "FOR") {
      return classifyKind(reader.text.slice(next.start), options);
    }
  }
  return unjudgeable("the statement behind SET STATEMENT … FOR cannot be found", [], "perhaps");
}
