import {
  type ObjectRef,
  repeatable,
  type StatementKind,
  selfCommitting,
  unjudgeable,
} from "../statement-kind";
import { hasSequence, isKeyword, readerOver, type TokenReader } from "../token-reader";
import { readAlterUser } from "./accounts";
import { readAlterTable } from "./alter-table";
import { expires } from "./create";
import { acceptGuard, readAccount, readGlobal, readObject, skipModifiers } from "./object-names";

/**
 * Reads on after ALTER. For most kinds of objects it sets a whole new definition, so doing it twice changes nothing.
 */
export function readAlter(reader: TokenReader): StatementKind {
  skipModifiers(reader);
  const type = reader.keyword();
  reader.next();
  switch (type) {
    case "TABLE":
      return readAlterTable(reader);
    case "VIEW":
      acceptGuard(reader);
      return repeatable(readObject(reader, "table"));
    case "SEQUENCE":
      return readAlterSequence(reader);
    case "EVENT":
      return readAlterEvent(reader);
    case "PROCEDURE":
      return repeatable(readObject(reader, "procedure"));
    case "FUNCTION":
      return repeatable(readObject(reader, "function"));
    case "LIBRARY":
    case "INSTANCE":
    case "RESOURCE":
      return repeatable();
    case "SERVER":
      return repeatable(readGlobal(reader, "server"));
    case "USER":
      return readAlterUser(reader);
    case "DATABASE":
    case "SCHEMA":
      return readAlterDatabase(reader);
    default:
      return unjudgeable(`ALTER ${type} leaves nothing that could be compared`);
  }
}

/** Restarted a second time, the sequence would give out again the numbers it has given out since. */
function readAlterSequence(reader: TokenReader): StatementKind {
  acceptGuard(reader);
  const sequence = readObject(reader, "table");
  const restarts = reader.rest().some((token) => isKeyword(token, "RESTART"));
  return restarts
    ? unjudgeable("how far a sequence was when it began anew does not show", sequence)
    : repeatable(sequence);
}

function readAlterEvent(reader: TokenReader): StatementKind {
  const event = readObject(reader, "event");
  const clauses = reader.rest();
  const renamed = renamedTo(reader.text, clauses);
  // RENAME TO name, or RENAME TO database.name
  if (renamed.length > 0)
    return selfCommitting(clauses.length < 6 ? "rename" : "alter", [...event, ...renamed]);
  // When its time is over and it has dropped itself, altering it again would fail.
  return expires(clauses) ? selfCommitting("alter", event) : repeatable(event);
}

function renamedTo(text: string, clauses: ReturnType<TokenReader["rest"]>): readonly ObjectRef[] {
  const at = clauses.findIndex((token) => isKeyword(token, "RENAME") || isKeyword(token, "DO"));
  const reader = readerOver(text, clauses.slice(Math.max(at, 0)));
  return reader.accept("RENAME", "TO") ? readObject(reader, "event") : [];
}

/** Character set, collation, encryption: setting them twice changes nothing. */
function readAlterDatabase(reader: TokenReader): StatementKind {
  if (!hasSequence(reader.rest(), "UPGRADE", "DATA")) return repeatable();
  return unjudgeable("ALTER DATABASE … UPGRADE DATA DIRECTORY NAME moves files");
}

/** Reads on after RENAME: tables, or users. */
export function readRename(reader: TokenReader): StatementKind {
  if (reader.accept("USER"))
    return selfCommitting(
      "rename",
      readPairs(reader, () => readAccount(reader, "user")),
    );
  if (!reader.accept("TABLE") && !reader.accept("TABLES")) return unjudgeable("RENAME of this is not known");
  acceptGuard(reader);
  return selfCommitting(
    "rename",
    readPairs(reader, () => readObject(reader, "table")),
  );
}

function readPairs(reader: TokenReader, readOne: () => readonly ObjectRef[]): readonly ObjectRef[] {
  const pairs: ObjectRef[] = [];
  do {
    const from = readOne();
    while (reader.peek() !== null && !reader.accept("TO")) reader.next(); // MariaDB: WAIT n, NOWAIT
    const to = readOne();
    // A new name without a database leaves the table in its own database.
    pairs.push(...from, ...to);
  } while (reader.accept(","));
  return pairs;
}
