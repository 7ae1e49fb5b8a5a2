import type { Token } from "../lexer";
import {
  type ObjectRef,
  repeatable,
  type StatementKind,
  selfCommitting,
  unjudgeable,
} from "../statement-kind";
import { hasSequence, isKeyword, type TokenReader } from "../token-reader";
import { acceptGuard, readAccounts, readGlobal, readName, readObject, skipModifiers } from "./object-names";

/** Reads on after CREATE. */
export function readCreate(reader: TokenReader): StatementKind {
  const replaces = reader.accept("OR", "REPLACE");
  skipModifiers(reader);
  if (reader.accept("TEMPORARY")) return readTemporary(reader);
  const type = reader.keyword();
  reader.next();
  const guarded = acceptGuard(reader) || replaces;
  switch (type) {
    case "TABLE":
      return readCreateTable(reader, guarded, replaces);
    case "VIEW":
      return created(readObject(reader, "table"), guarded);
    case "SEQUENCE":
      return replaces
        ? selfCommitting("replace", readObject(reader, "table"))
        : created(readObject(reader, "table"), guarded);
    case "INDEX":
      return readCreateIndex(reader, guarded);
    case "TRIGGER":
      return created(readObject(reader, "trigger"), guarded);
    case "PROCEDURE":
      return created(readObject(reader, "procedure"), guarded);
    case "FUNCTION":
      return readCreateFunction(reader, guarded);
    case "EVENT":
      return readCreateEvent(reader, guarded);
    case "DATABASE":
    case "SCHEMA":
      return replaces
        ? unjudgeable("it drops the database, and with it what came since", readGlobal(reader, "database"))
        : created(readGlobal(reader, "database"), guarded);
    case "SERVER":
      return created(readGlobal(reader, "server"), guarded);
    case "USER":
      return createdAccounts(readAccounts(reader, "user"), guarded, replaces);
    case "ROLE":
      return createdAccounts(readAccounts(reader, "role"), guarded, replaces);
    default:
      return guarded || readTypeGuard(reader)
        ? repeatable()
        : unjudgeable(`CREATE ${type} leaves nothing that could be compared`);
  }
}

/** Finds `IF NOT EXISTS` after a kind of object of two or more words (SPATIAL REFERENCE SYSTEM, PACKAGE BODY). */
function readTypeGuard(reader: TokenReader): boolean {
  return [0, 1, 2].some((skip) => reader.keyword(skip) === "IF" && reader.keyword(skip + 1) === "NOT");
}

function created(objects: readonly ObjectRef[], guarded: boolean): StatementKind {
  return guarded ? repeatable(objects) : selfCommitting("create", objects);
}

/** Replacing an account loses what was granted to it since. */
function createdAccounts(objects: readonly ObjectRef[], guarded: boolean, replaces: boolean): StatementKind {
  return replaces ? selfCommitting("replace", objects) : created(objects, guarded);
}

/**
 * CREATE … IF NOT EXISTS can be repeated, unless it fills the table: if the engine has no transactions, it may have
 * stopped half-way, and neither server inserts into a table that exists.
 * @see https://mariadb.com/kb/en/create-table/#create-or-replace
 */
function readCreateTable(reader: TokenReader, guarded: boolean, replaces: boolean): StatementKind {
  const objects = readObject(reader, "table");
  // https://dev.mysql.com/doc/refman/8.4/en/create-table-select.html: leaves its transaction open.
  if (/\bSTART\s+TRANSACTION\b/i.test(reader.text) && hasSequence(reader.rest(), "START", "TRANSACTION")) {
    return unjudgeable("CREATE TABLE … START TRANSACTION is not committed by itself", objects);
  }
  if (replaces) return selfCommitting("replace", objects);
  return created(objects, guarded && !/\b(SELECT|VALUES)\b/i.test(reader.text));
}

/** TABLE, or MariaDB's SEQUENCE. */
function readTemporary(reader: TokenReader): StatementKind {
  const commits = reader.sees("SEQUENCE");
  reader.next();
  acceptGuard(reader);
  const name = readName(reader);
  return { kind: "temporary", action: "create", tables: name === null ? [] : [name], commits };
}

function readCreateIndex(reader: TokenReader, guarded: boolean): StatementKind {
  while (reader.peek() !== null && !reader.accept("ON")) reader.next();
  const table = readObject(reader, "table");
  return guarded ? repeatable(table) : selfCommitting("alter", table);
}

function readCreateFunction(reader: TokenReader, guarded: boolean): StatementKind {
  const objects = readObject(reader, "function");
  const loadable = reader.sees("RETURNS") && isKeyword(reader.peek(2), "SONAME");
  if (guarded || !loadable) return created(objects, guarded);
  return unjudgeable("a loadable function has no definition that could be compared");
}

/** An event that drops itself when its time is over may be gone by the time we look for it. */
function readCreateEvent(reader: TokenReader, guarded: boolean): StatementKind {
  const objects = readObject(reader, "event");
  if (expires(reader.rest())) {
    return unjudgeable(
      "the event drops itself when its time is over (ON COMPLETION PRESERVE keeps it)",
      objects,
    );
  }
  return created(objects, guarded);
}

/** Whether an event's clauses give it an end without ON COMPLETION PRESERVE. */
export function expires(clauses: readonly Token[]): boolean {
  const body = clauses.findIndex((token) => isKeyword(token, "DO"));
  const head = body === -1 ? clauses : clauses.slice(0, body);
  const ends = hasSequence(head, "SCHEDULE", "AT") || hasSequence(head, "ENDS");
  return ends && !hasSequence(head, "COMPLETION", "PRESERVE");
}
