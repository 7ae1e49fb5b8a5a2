import {
  type PreparedSource,
  refused,
  type StatementKind,
  transactional,
  unjudgeable,
} from "../statement-kind";
import { hasSequence, type TokenReader } from "../token-reader";
import { readIdentifier, readName } from "./object-names";

/** Reads on after START. */
export function readStart(reader: TokenReader): StatementKind | null {
  if (!reader.accept("TRANSACTION")) return null;
  return { kind: "begin", readOnly: hasSequence(reader.rest(), "READ", "ONLY") };
}

/** Reads on after COMMIT. */
export function readCommit(reader: TokenReader): StatementKind {
  return readEnd(reader, "commit");
}

/** Reads on after ROLLBACK. */
export function readRollback(reader: TokenReader): StatementKind {
  reader.accept("WORK");
  return reader.sees("TO") ? transactional() : readEnd(reader, "rollback");
}

function readEnd(reader: TokenReader, kind: "commit" | "rollback"): StatementKind {
  const options = reader.rest();
  const releases = hasSequence(options, "RELEASE") && !hasSequence(options, "NO", "RELEASE");
  if (releases) return refused("RELEASE ends the session that has to record the statement.");
  return { kind, chain: hasSequence(options, "AND", "CHAIN") };
}

/** Reads on after PREPARE. */
export function readPrepare(reader: TokenReader): StatementKind {
  const name = (readIdentifier(reader) ?? "").toLowerCase();
  reader.accept("FROM");
  return { kind: "prepare", name, source: readSource(reader) };
}

/** Reads on after EXECUTE. */
export function readExecute(reader: TokenReader): StatementKind {
  if (reader.accept("IMMEDIATE")) return { kind: "execute-immediate", source: readSource(reader) };
  return { kind: "execute", name: (readIdentifier(reader) ?? "").toLowerCase() };
}

/** Reads on after DEALLOCATE. */
export function readDeallocate(reader: TokenReader): StatementKind {
  reader.accept("PREPARE");
  return { kind: "deallocate", name: (readIdentifier(reader) ?? "").toLowerCase() };
}

/** Reads up to USING, or the end. @see https://mariadb.com/kb/en/execute-immediate/ */
function readSource(reader: TokenReader): PreparedSource {
  const first = reader.next();
  if (first === null) return { from: "text", text: "" };
  let end = first.end;
  while (reader.peek() !== null && !reader.sees("USING")) end = reader.next()?.end ?? end;
  if (end > first.end) return { from: "expression", text: reader.text.slice(first.start, end) };
  if (first.type === "string") return { from: "text", text: first.value };
  if (first.type === "variable" && !first.value.startsWith("@@")) {
    return { from: "variable", name: first.value.slice(1).toLowerCase() };
  }
  return { from: "expression", text: reader.text.slice(first.start, end) };
}

/** Reads on after LOCK. */
export function readLock(reader: TokenReader): StatementKind {
  const tables = reader.accept("TABLES") || reader.accept("TABLE");
  if (tables && !reader.sees("FOR", "BACKUP")) return { kind: "lock-tables" };
  return refused("This lock ends with the connection, so it cannot protect what comes after it.");
}

/** Reads on after UNLOCK. */
export function readUnlock(reader: TokenReader): StatementKind {
  if (reader.accept("TABLES") || reader.accept("TABLE")) return { kind: "unlock-tables" };
  return refused(
    "Only LOCK TABLES takes a lock that a migration can use, so there is nothing else to unlock.",
  );
}

/** Reads on after USE. */
export function readUse(reader: TokenReader): StatementKind {
  return { kind: "use", database: readIdentifier(reader) ?? "" };
}

/** Reads on after CALL. */
export function readCall(reader: TokenReader): StatementKind {
  const name = readName(reader);
  if (name === null) return unjudgeable("the procedure's name cannot be read");
  return { kind: "call", routine: { type: "procedure", ...name } };
}
