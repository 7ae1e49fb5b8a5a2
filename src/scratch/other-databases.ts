import { type Token, tokens } from "../syntax/lexer";
import { isIdentifier } from "../syntax/statements/object-names";
import { isKeyword } from "../syntax/token-reader";

/** Nobody can write to it, and migrations ask it whether something exists. */
const READ_ONLY = "information_schema";

/**
 * Finds a name that is qualified with a database. The text does not show whether `a.b` is a table in a database or a
 * column of a table. So it is allowed only if `a` is a table or an alias of the same statement, and if no database has
 * that name (unless only a column can be at that place).
 * @param list tokens of the statement
 * @param text the statement
 * @param databases names of the databases on that server, in lower case
 * @param own the database that it may name; null: none
 * @returns the database's name, or null
 */
export function findOtherDatabase(
  list: readonly Token[],
  text: string,
  databases: ReadonlySet<string>,
  own: string | null = null,
): string | null {
  const isName = (at: number): boolean => isIdentifier(list[at] ?? null, text);
  const declared = new Set<string>();
  const qualified: number[] = [];
  for (const [at, token] of list.entries()) {
    if (!isName(at) || isKeyword(list[at - 1], ".")) continue;
    if (isKeyword(list[at + 1], ".")) qualified.push(at);
    // With ANSI_QUOTES an alias may be in double quotes; without it, treating a string as an alias does no harm.
    else declared.add(token.value.toLowerCase());
  }
  if (qualified.length === 0) return null;
  const inColumns = findColumns(list);
  const isTrigger = list.slice(0, 12).some((token) => isKeyword(token, "TRIGGER"));
  for (const at of qualified) {
    const token = list[at];
    if (token === undefined) continue;
    const name = token.value.toLowerCase();
    if (name === READ_ONLY || name === own?.toLowerCase()) continue;
    const whole = isKeyword(list[at + 3], ".") || isKeyword(list[at + 3], "(");
    const isRow = isTrigger && (name === "new" || name === "old");
    const isTable = declared.has(name) || isRow || isSequenceOrType(list, at);
    if (whole || !isTable || (databases.has(name) && !inColumns[at])) return token.value;
  }
  return null;
}

/** The other database that a statement names or makes the current one; null when it stays in its own. */
export function otherDatabaseIn(text: string, own: string): string | null {
  const list = [...tokens(text)];
  const [first, second] = list;
  if (isKeyword(first, "USE"))
    return second?.value.toLowerCase() === own.toLowerCase() ? null : (second?.value ?? null);
  return findOtherDatabase(list, text, new Set(), own);
}

/** Whether a statement makes a foreign key that refers to another database. */
export function refersToOtherDatabase(text: string, own: string): boolean {
  const list = [...tokens(text)];
  return list.some(
    (token, at) =>
      isKeyword(token, "REFERENCES") &&
      isKeyword(list[at + 2], ".") &&
      list[at + 1]?.value.toLowerCase() !== own.toLowerCase(),
  );
}

/** MariaDB: `s.nextval` in Oracle mode, and `TYPE OF t.c`. */
function isSequenceOrType(list: readonly Token[], at: number): boolean {
  const member = list[at + 2];
  if (isKeyword(member, "NEXTVAL") || isKeyword(member, "CURRVAL")) return true;
  const isType = isKeyword(list[at - 1], "OF") && isKeyword(list[at - 2], "TYPE");
  return isType && !isKeyword(list[at - 3], "ROW");
}

const COLUMNS = [
  "SELECT",
  "WHERE",
  "SET",
  "BY",
  "HAVING",
  "VALUES",
  "RETURN",
  "IF",
  "WHILE",
  "CASE",
  "DO",
  "CHECK",
];
const TABLES = [
  ...[
    "FROM",
    "JOIN",
    "INTO",
    "UPDATE",
    "TABLE",
    "TABLES",
    "REFERENCES",
    "DELETE",
    "USING",
    "TO",
    "CALL",
    "VIEW",
    "LIKE",
  ],
  ...[
    "TRIGGER",
    "PROCEDURE",
    "FUNCTION",
    "EVENT",
    "SEQUENCE",
    "EXISTS",
    "IGNORE",
    "REPLACE",
    "FOR",
    "UNION",
    ";",
  ],
];
/** Functions whose argument is a MariaDB sequence. */
const OF_SEQUENCES = ["NEXTVAL", "LASTVAL", "SETVAL"];

/** For each token, whether a qualified name at that place can only be a column. */
function findColumns(list: readonly Token[]): readonly boolean[] {
  let current = false;
  let onTable = isKeyword(list[0], "CREATE");
  const outer: boolean[] = [];
  return list.map((token, at) => {
    const before = list[at - 1];
    if (isKeyword(token, "(")) {
      outer.push(current);
      const inList = ["FROM", "JOIN", ",", "("].some((each) => isKeyword(before, each));
      const sequence = OF_SEQUENCES.some((each) => isKeyword(before, each));
      current = sequence ? false : inList ? current : true;
    } else if (isKeyword(token, ")")) {
      current = outer.pop() ?? false;
    } else if (isKeyword(token, "ON")) {
      // In a trigger and an index the first ON names the table.
      current = !onTable;
      onTable = false;
    } else if (isKeyword(token, "UPDATE") && isKeyword(before, "KEY")) {
      current = true;
    } else if (COLUMNS.some((each) => isKeyword(token, each))) {
      current = true;
      if (isKeyword(token, "SELECT")) onTable = false;
    } else if (TABLES.some((each) => isKeyword(token, each))) {
      // Within a condition, no table's name follows LIKE and EXISTS.
      current = false;
    }
    return current;
  });
}
