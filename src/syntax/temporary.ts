import type { ObjectRef, StatementKind, TableName } from "./statement-kind";

/**
 * The kind of a statement when some of its tables are temporary. Only earlier statements tell that: ALTER TABLE and
 * DROP TABLE do not need the word TEMPORARY. They still commit, so `temporary` is wrong for them, but what they leave
 * dies with the session and must not be judged by definitions.
 * @param isTemporary whether a name means an existing temporary table
 * @returns the statement without its temporary tables; `repeatable` when no other table is left
 */
export function withoutTemporary(
  statement: StatementKind,
  isTemporary: (table: TableName) => boolean,
): StatementKind {
  if (statement.kind !== "self-committing") return statement;
  const lasts = ({ type, database, name }: ObjectRef): boolean =>
    type !== "table" || !isTemporary({ database, name });
  const lasting = statement.objects.filter((object, index, all) => {
    // The new name of a temporary table also means a temporary table.
    const pairs = statement.verb === "rename" || statement.verb === "alter";
    return lasts(pairs ? (all[index - (index % 2)] ?? object) : object);
  });
  if (lasting.length === statement.objects.length) return statement;
  if (lasting.length === 0) return { kind: "repeatable", objects: [], commits: "always" };
  return { ...statement, objects: lasting };
}

const CREATED =
  /\bTEMPORARY\s+(?:TABLE|SEQUENCE)\s+(?:IF\s+NOT\s+EXISTS\s+)?(`(?:[^`]|``)+`|[\w$\u0080-\uffff]+)(?:\s*\.\s*(`(?:[^`]|``)+`|[\w$\u0080-\uffff]+))?/gi;

/**
 * The temporary tables that a body, or a string in it, may create. Some of them may never be created, so the caller has
 * to look whether they exist.
 */
export function mayCreate(body: string): readonly TableName[] {
  return [...body.matchAll(CREATED)].map(([, first = "", second]) =>
    second === undefined
      ? { database: null, name: unquote(first) }
      : { database: unquote(first), name: unquote(second) },
  );
}

function unquote(name: string): string {
  return name.startsWith("`") ? name.slice(1, -1).replaceAll("``", "`") : name;
}
