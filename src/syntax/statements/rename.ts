import { type ObjectRef, type StatementKind, selfCommitting, unjudgeable } from "../statement-kind";
import type { TokenReader } from "../token-reader";
import { acceptGuard, readAccount, readObject } from "./names";

/** Reads on behind RENAME: tables, or users. */
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
    // A table that is renamed into another database is named with it; without one it stays where it is.
    pairs.push(...from, ...to);
  } while (reader.accept(","));
  return pairs;
}
