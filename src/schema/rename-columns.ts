import { isDeepStrictEqual } from "node:util";
import { rewritesExpressionsOnRename } from "../server/differences";
import type { ServerInfo } from "../server/session";
import type { AlterClause, NamePair } from "./change";
import { mentionsAny } from "./diff-keys";
import type { Index, Table } from "./model";
import { rewriteColumnNames } from "./renames";

/**
 * Whether expressions of a table still say the old names after `applyRenames`, because the server does not rewrite
 * them: then the statement that renames has to redefine them as well.
 */
export function isTangled(table: Table, renamed: readonly NamePair[], server: ServerInfo): boolean {
  if (renamed.length === 0 || rewritesExpressionsOnRename(server)) return false;
  const old = new Set(renamed.map(({ from }) => from));
  const expressions = [
    ...table.columns.flatMap(({ generated, default: value }) => [generated?.expression ?? "", value ?? ""]),
    ...table.checks.map((check) => check.expression),
    ...table.indexes.flatMap(({ parts }) =>
      parts.map((part) => ("expression" in part ? part.expression : "")),
    ),
  ];
  return expressions.some((expression) => mentionsAny(expression, old));
}

/** One ALTER that renames columns and nothing else, apart from saying the new names where the old ones were said. */
export interface RenameStep {
  readonly clauses: readonly AlterClause[];
  /** The table afterwards. */
  readonly table: Table;
}

/** @param table after `applyRenames` */
export function renameStep(table: Table, renamed: readonly NamePair[], server: ServerInfo): RenameStep {
  const names = new Map(renamed.map(({ from, to }) => [from, to]));
  const oldNames = new Map(renamed.map(({ from, to }) => [to, from]));
  const rewritten = rewritesExpressionsOnRename(server)
    ? table
    : rewriteColumnNames(table, (name) => names.get(name) ?? name);
  const clauses: AlterClause[] = [];
  const adds: AlterClause[] = [];
  for (const [at, check] of rewritten.checks.entries()) {
    if (isDeepStrictEqual(check, table.checks[at])) continue;
    clauses.push({ type: "drop-check", name: check.name });
    adds.push({ type: "add-check", check });
  }
  for (const [at, index] of rewritten.indexes.entries()) {
    if (isDeepStrictEqual(index, table.indexes[at])) continue;
    clauses.push({ type: "drop-index", index });
    adds.push({ type: "add-index", index });
  }
  for (const [at, column] of rewritten.columns.entries()) {
    const from = table.columns[at];
    const oldName = oldNames.get(column.name) ?? null;
    if (from !== undefined && !isDeepStrictEqual(from, column)) {
      clauses.push({ type: "change-column", from, column, oldName, position: null });
    } else if (oldName !== null) {
      clauses.push({ type: "rename-column", from: oldName, to: column.name });
    }
  }
  const isRedone = (index: Index): boolean =>
    adds.some((add) => add.type === "add-index" && add.index === index);
  const indexes = [
    ...rewritten.indexes.filter((index) => !isRedone(index)),
    ...rewritten.indexes.filter(isRedone),
  ];
  return { clauses: [...clauses, ...adds], table: { ...rewritten, indexes } };
}
