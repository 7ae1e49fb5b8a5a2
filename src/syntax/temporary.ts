import type { ObjectRef, StatementKind } from "./statement-kind";

/**
 * What a statement is when some of its tables are temporary, which only the statements before it tell: ALTER
 * TABLE and DROP TABLE do not need the word TEMPORARY. They commit all the same, so `temporary` is wrong for them,
 * but what they leave dies with the session and must not be judged by definitions.
 * @param names temporary tables that are alive, as `temporary` statements give them
 * @returns the statement without its temporary tables; `repeatable` when no other table is left
 */
export function withoutTemporary(statement: StatementKind, names: ReadonlySet<string>): StatementKind {
  if (names.size === 0 || statement.kind !== "self-committing") return statement;
  const folded = new Set([...names].map((name) => name.toLowerCase()));
  const lasting = statement.objects.filter((object) => !isTemporary(object, folded));
  if (lasting.length === statement.objects.length) return statement;
  if (lasting.length === 0) return { kind: "repeatable", objects: [] };
  return { ...statement, objects: lasting };
}

function isTemporary({ type, database, name }: ObjectRef, names: ReadonlySet<string>): boolean {
  return type === "table" && names.has((database === null ? name : `${database}.${name}`).toLowerCase());
}
