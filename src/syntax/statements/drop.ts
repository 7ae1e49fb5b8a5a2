import { repeatable, type StatementKind, selfCommitting, unjudgeable } from "../statement-kind";
import type { TokenReader } from "../token-reader";
import {
  acceptGuard,
  readAccounts,
  readGlobal,
  readIdentifier,
  readObject,
  readObjects,
  skipModifiers,
} from "./object-names";

/** Reads on after DROP. IF EXISTS makes no difference: somebody may have made another object of that name since. */
export function readDrop(reader: TokenReader): StatementKind {
  skipModifiers(reader);
  const temporary = reader.accept("TEMPORARY");
  const type = reader.keyword();
  reader.next();
  if (type === "PREPARE") return { kind: "deallocate", name: (readIdentifier(reader) ?? "").toLowerCase() };
  const guarded = acceptGuard(reader);
  if (temporary) {
    const tables = readObjects(reader, "table").map(({ database, name }) => ({ database, name }));
    return { kind: "temporary", action: "drop", tables, commits: false };
  }
  switch (type) {
    case "TABLE":
    case "TABLES":
    case "VIEW":
    case "SEQUENCE":
      return selfCommitting("drop", readObjects(reader, "table"));
    case "INDEX":
      return readDropIndex(reader);
    case "TRIGGER":
      return selfCommitting("drop", readObject(reader, "trigger"));
    case "PROCEDURE":
      return selfCommitting("drop", readObject(reader, "procedure"));
    case "FUNCTION":
      return selfCommitting("drop", readObject(reader, "function"));
    case "EVENT":
      return selfCommitting("drop", readObject(reader, "event"));
    case "DATABASE":
    case "SCHEMA":
      return selfCommitting("drop", readGlobal(reader, "database"));
    case "SERVER":
      return selfCommitting("drop", readGlobal(reader, "server"));
    case "USER":
      return selfCommitting("drop", readAccounts(reader, "user"));
    case "ROLE":
      return selfCommitting("drop", readAccounts(reader, "role"));
    default: {
      // Kinds of two or more words: SPATIAL REFERENCE SYSTEM, PACKAGE BODY, RESOURCE GROUP.
      const later = [0, 1, 2].some(
        (skip) => reader.keyword(skip) === "IF" && reader.keyword(skip + 1) === "EXISTS",
      );
      return guarded || later
        ? repeatable()
        : unjudgeable(`DROP ${type} leaves nothing that could be compared`);
    }
  }
}

function readDropIndex(reader: TokenReader): StatementKind {
  while (reader.peek() !== null && !reader.accept("ON")) reader.next();
  const table = readObject(reader, "table");
  return selfCommitting("alter", table);
}
