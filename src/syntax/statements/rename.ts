import {
  type ObjectRef,
  repeatable,
  type StatementKind,
  selfCommitting,
  unjudgeable,
} from "../statement-kind";
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
  const guarded = acceptGuard(reader);
  const pairs = readPairs(reader, () => readObject(reader, "table"));
  // A second RENAME TABLE IF EXISTS finds nothing to do, unless a new name is another's old one.
  return guarded && !reusesNames(pairs) ? repeatable(pairs) : selfCommitting("rename", pairs);
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

function reusesNames(pairs: readonly ObjectRef[]): boolean {
  const names = pairs.map(({ name }) => name.toLowerCase());
  return new Set(names).size !== names.length;
}
