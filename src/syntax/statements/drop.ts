import {
  type ObjectRef,
  repeatable,
  type StatementKind,
  selfCommitting,
  unjudgeable,
} from "../statement-kind";
import type { TokenReader } from "../token-reader";
import {
  acceptGuard,
  readAccounts,
  readGlobal,
  readIdentifier,
  readObject,
  readObjects,
  skipModifiers,
} from "./names";

/** Reads on behind DROP. */
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
      return dropped(readObjects(reader, "table"), guarded);
    case "INDEX":
      return readDropIndex(reader, guarded);
    case "TRIGGER":
      return dropped(readObject(reader, "trigger"), guarded);
    case "PROCEDURE":
      return dropped(readObject(reader, "procedure"), guarded);
    case "FUNCTION":
      return dropped(readObject(reader, "function"), guarded);
    case "EVENT":
      return dropped(readObject(reader, "event"), guarded);
    case "DATABASE":
    case "SCHEMA":
      return dropped(readGlobal(reader, "database"), guarded);
    case "SERVER":
      return dropped(readGlobal(reader, "server"), guarded);
    case "USER":
      return dropped(readAccounts(reader, "user"), guarded);
    case "ROLE":
      return dropped(readAccounts(reader, "role"), guarded);
    default: {
      // Kinds of two words or more: SPATIAL REFERENCE SYSTEM, PACKAGE BODY, RESOURCE GROUP.
      const later = [0, 1, 2].some(
        (skip) => reader.keyword(skip) === "IF" && reader.keyword(skip + 1) === "EXISTS",
      );
      return guarded || later
        ? repeatable()
        : unjudgeable(`DROP ${type} leaves nothing that could be compared`);
    }
  }
}

function dropped(objects: readonly ObjectRef[], guarded: boolean): StatementKind {
  return guarded ? repeatable(objects) : selfCommitting("drop", objects);
}

function readDropIndex(reader: TokenReader, guarded: boolean): StatementKind {
  while (reader.peek() !== null && !reader.accept("ON")) reader.next();
  const table = readObject(reader, "table");
  return guarded ? repeatable(table) : selfCommitting("alter", table);
}
