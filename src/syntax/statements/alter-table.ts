import type { Token } from "../lexer";
import {
  type ObjectRef,
  repeatable,
  type StatementKind,
  selfCommitting,
  unjudgeable,
} from "../statement-kind";
import {
  createReader,
  hasSequence,
  isKeyword,
  readerOver,
  splitAtCommas,
  type TokenReader,
} from "../token-reader";
import { acceptGuard, acceptWait, isIdentifier, readObject } from "./object-names";

/**
 * Reads on after ALTER TABLE. Usually the table's definition tells whether it was done; a clause that it does not show
 * is either harmless to repeat (AUTO_INCREMENT, a rebuild) or cannot be judged.
 * @see https://dev.mysql.com/doc/refman/8.4/en/alter-table.html, https://mariadb.com/kb/en/alter-table/
 */
export function readAlterTable(reader: TokenReader): StatementKind {
  acceptGuard(reader);
  const table = readObject(reader, "table");
  acceptWait(reader);
  const { text } = reader;
  const list = reader.rest();
  const clauses = readClauses(list);
  const [only] = clauses;
  if (only !== undefined && hasSequence(only.slice(0, 2), "TRUNCATE", "PARTITION")) {
    return selfCommitting("truncate", table);
  }
  if (only !== undefined && hasSequence(only.slice(0, 2), "EXCHANGE", "PARTITION")) {
    return selfCommitting("exchange", [...table, ...exchanged(text, only)]);
  }
  const hidden = clauses.map(hiddenEffect).find((why) => why !== null) ?? swapsColumns(text, clauses);
  if (hidden !== null) return unjudgeable(hidden, table);
  if (clauses.every((clause) => isHarmless(clause) || isGuarded(clause))) return repeatable(table);
  const others = clauses.flatMap((clause) => otherTables(text, clause));
  return selfCommitting("alter", [...table, ...others.filter((other) => !same(other, table[0]))]);
}

/** Commas separate clauses, but also the partitions in a clause about partitions, and the columns of ORDER BY. */
function readClauses(list: readonly Token[]): readonly (readonly Token[])[] {
  if (isKeyword(list[1], "PARTITION")) return [list];
  const order = list.findIndex((token, at) => isKeyword(token, "ORDER") && isKeyword(list[at + 1], "BY"));
  if (order === -1) return splitAtCommas(list);
  const before = splitAtCommas(list.slice(0, order)).filter((clause) => clause.length > 0);
  return [...before, list.slice(order)];
}

/** Why neither repeating the clause nor comparing definitions helps; null when one of them does. */
function hiddenEffect(clause: readonly Token[]): string | null {
  const moves = isKeyword(clause[0], "DISCARD") || isKeyword(clause[0], "IMPORT");
  if (moves && clause.some((token) => isKeyword(token, "TABLESPACE"))) {
    return "moving a tablespace does not show in the definition";
  }
  return null;
}

/** When columns swap names, their order shows it, unless the same statement changes the order back. */
function swapsColumns(text: string, clauses: readonly (readonly Token[])[]): string | null {
  const renames = clauses.map((clause) => columnRename(text, clause)).filter((rename) => rename !== null);
  const swaps = renames.some(({ to }) => renames.some(({ from }) => from === to));
  const moves = clauses.some((clause) => clause.some((t) => isKeyword(t, "FIRST") || isKeyword(t, "AFTER")));
  return swaps && moves ? "columns that swap names and places leave the definition as it was" : null;
}

/** `CHANGE [COLUMN] a b …` or `RENAME COLUMN a TO b` with different names. */
function columnRename(text: string, clause: readonly Token[]): { from: string; to: string } | null {
  const reader = readerOver(text, clause);
  const rename = reader.accept("RENAME", "COLUMN");
  if (!rename && !reader.accept("CHANGE")) return null;
  reader.accept("COLUMN");
  acceptGuard(reader);
  const from = reader.next()?.value.toLowerCase();
  reader.accept("TO");
  const to = reader.next()?.value.toLowerCase();
  return from === undefined || to === undefined || from === to ? null : { from, to };
}

/**
 * Whether an ALTER TABLE may leave the definition as it was and still change rows: a column that is dropped and added
 * again is empty afterwards, and columns that swap names swap their values.
 */
export function mayComeBack(text: string): boolean {
  const words = createReader(text).rest();
  const named = (first: string): readonly string[] =>
    words.flatMap((token, at) => {
      if (!isKeyword(token, first)) return [];
      const reader = readerOver(text, words.slice(at + 1));
      reader.accept("COLUMN");
      acceptGuard(reader);
      const name = reader.next()?.value.toLowerCase();
      return name === undefined ? [] : [name];
    });
  const added = named("ADD");
  const renames = words.some((token) => isKeyword(token, "CHANGE") || isKeyword(token, "RENAME"));
  return named("DROP").some((name) => added.includes(name)) || (renames && splitAtCommas(words).length > 1);
}

/** Partition maintenance that does not change the definition, and can be repeated. */
const MAINTENANCE = ["ANALYZE", "CHECK", "OPTIMIZE", "REBUILD", "REPAIR"];

/** Whether repeating it does no harm, even if it does not show. */
function isHarmless(clause: readonly Token[]): boolean {
  const [first, second] = clause;
  if (isKeyword(second, "PARTITION")) return MAINTENANCE.some((word) => isKeyword(first, word));
  if (isKeyword(first, "ORDER")) return true;
  return areHarmlessOptions(clause);
}

/** Table options follow each other with or without `=` and commas: `ENGINE=InnoDB AUTO_INCREMENT 10`. */
function areHarmlessOptions(clause: readonly Token[]): boolean {
  const left = clause.filter((token) => !isKeyword(token, "="));
  while (left.length > 0) {
    const [first, second] = left;
    if (isKeyword(first, "FORCE")) left.splice(0, 1);
    else if (VALUED.some((word) => isKeyword(first, word))) left.splice(0, 2);
    else if (isKeyword(second, "KEYS") && SWITCHES.some((word) => isKeyword(first, word))) left.splice(0, 2);
    else if (isKeyword(second, "VALIDATION")) left.splice(0, 2);
    else return false;
  }
  return true;
}

const VALUED = ["AUTO_INCREMENT", "ENGINE", "ALGORITHM", "LOCK"];
const SWITCHES = ["ENABLE", "DISABLE"];

/**
 * MariaDB's `ADD … IF NOT EXISTS`. Clauses with other guards may still do something the second time, or to what was
 * added in between.
 */
function isGuarded(clause: readonly Token[]): boolean {
  return isKeyword(clause[0], "ADD") && hasSequence(clause.slice(0, 7), "IF", "NOT", "EXISTS");
}

/** The table after EXCHANGE PARTITION p WITH TABLE. */
function exchanged(text: string, clause: readonly Token[]): readonly ObjectRef[] {
  const reader = readerOver(text, clause);
  while (reader.peek() !== null && !reader.accept("WITH", "TABLE")) reader.next();
  return readObject(reader, "table");
}

/** The new name, or the table that a partition becomes (MariaDB): each is part of what changed. */
function otherTables(text: string, clause: readonly Token[]): readonly ObjectRef[] {
  const reader = readerOver(text, clause);
  if (reader.accept("RENAME")) {
    if (["COLUMN", "INDEX", "KEY", "CONSTRAINT"].includes(reader.keyword())) return [];
    if (!reader.accept("TO") && !reader.accept("AS")) reader.accept("=");
    return isIdentifier(reader.peek(), text) ? readObject(reader, "table") : [];
  }
  if (reader.accept("CONVERT", "TABLE")) return readObject(reader, "table");
  if (reader.accept("CONVERT", "PARTITION")) {
    while (reader.peek() !== null && !reader.accept("TABLE")) reader.next();
    return readObject(reader, "table");
  }
  return [];
}

function same(a: ObjectRef, b: ObjectRef | undefined): boolean {
  return a.name === b?.name && a.database === b.database;
}
