import {
  refused,
  repeatable,
  type StatementKind,
  selfCommitting,
  transactional,
  unjudgeable,
} from "../statement-kind";
import { hasSequence, type TokenReader } from "../token-reader";
import { readObject } from "./object-names";

/** Reads on after TRUNCATE. */
export function readTruncate(reader: TokenReader): StatementKind {
  reader.accept("TABLE");
  // Not simply repeated: rows may have been added since.
  return selfCommitting("truncate", readObject(reader, "table"));
}

/** Reads on after ANALYZE: of tables, or (MariaDB) of a statement, which it runs and explains. */
export function readAnalyze(reader: TokenReader): StatementKind {
  if (!reader.accept("NO_WRITE_TO_BINLOG")) reader.accept("LOCAL");
  return reader.sees("TABLE") || reader.sees("TABLES") ? repeatable() : transactional();
}

/** Reads on after FLUSH. */
export function readFlush(reader: TokenReader): StatementKind {
  const words = reader.rest();
  if (hasSequence(words, "WITH", "READ", "LOCK") || hasSequence(words, "FOR", "EXPORT")) {
    return refused("Under this lock progress cannot be recorded.");
  }
  return repeatable();
}

/** Reads on after LOAD: DATA, XML, or INDEX INTO CACHE. */
export function readLoad(reader: TokenReader): StatementKind {
  if (reader.sees("INDEX")) return repeatable([], "perhaps");
  for (let token = reader.next(); token !== null && token.type !== "string"; token = reader.next()) {
    if (token.type === "word" && token.value.toUpperCase() === "LOCAL") {
      return refused("LOAD DATA LOCAL reads a file of this machine, which is not part of the migration.");
    }
  }
  return transactional();
}

/** Reads on after RESET. */
export function readReset(reader: TokenReader): StatementKind {
  if (reader.sees("MASTER") || reader.sees("BINARY")) {
    return unjudgeable("it deletes the binary logs, those of what came since included");
  }
  if (!reader.accept("PERSIST")) return repeatable();
  if (reader.peek() === null || reader.sees("IF", "EXISTS")) return repeatable([], "never");
  return unjudgeable(
    "RESET PERSIST of one variable fails the second time (IF EXISTS lets it pass)",
    [],
    "never",
  );
}

/** Reads on after START or STOP, for replication. MySQL commits before it, MariaDB refuses it in a transaction. */
export function readReplication(reader: TokenReader): StatementKind {
  if (reader.sees("GROUP_REPLICATION"))
    return unjudgeable("group replication is started and stopped as a whole", [], "perhaps");
  return repeatable([], "perhaps");
}

/** Reads on after INSTALL and UNINSTALL. */
export function readInstall(reader: TokenReader): StatementKind {
  reader.next();
  if (reader.sees("IF")) return repeatable();
  return unjudgeable("a plugin or component has no definition that could be compared");
}
