import { isDeepStrictEqual } from "node:util";
import type { ServerInfo } from "../database/session";
import type { AlterClause } from "./change";
import type { Check, Index, Table } from "./model";
import { canDisableChecks } from "./server-differences";

export interface KeyChanges {
  readonly drops: readonly AlterClause[];
  readonly adds: readonly AlterClause[];
}

/**
 * What takes one table's indexes to another's.
 * @param replaced columns that are dropped and added again: what is on them has to be as well
 */
export function diffIndexes(from: Table, to: Table, replaced: ReadonlySet<string>): KeyChanges {
  const before = new Map(from.indexes.map((index) => [index.name, index]));
  const after = new Map(to.indexes.map((index) => [index.name, index]));
  const survives = (index: Index): boolean => !mentions(index, replaced);
  const drops: AlterClause[] = [];
  const adds: AlterClause[] = [];
  const gone = new Set(
    from.indexes.filter((index) => !after.has(index.name) || !survives(index)).map(({ name }) => name),
  );
  for (const index of to.indexes) {
    const old = before.get(index.name);
    if (old === undefined || gone.has(index.name)) {
      const same = from.indexes.find(
        (other) => gone.has(other.name) && survives(other) && isRenamed(other, index),
      );
      if (same === undefined || old !== undefined) adds.push({ type: "add-index", index });
      else {
        gone.delete(same.name);
        adds.push({ type: "rename-index", from: same.name, to: index.name });
      }
    } else if (isDeepStrictEqual({ ...old, visible: index.visible }, index)) {
      if (old.visible !== index.visible) adds.push({ type: "index-visibility", index });
    } else {
      gone.add(index.name);
      adds.push({ type: "add-index", index });
    }
  }
  for (const index of from.indexes) if (gone.has(index.name)) drops.push({ type: "drop-index", index });
  return { drops, adds };
}

/** An index that differs in nothing but its name is renamed: that costs nothing and a foreign key may lean on it. */
function isRenamed(from: Index, to: Index): boolean {
  return from.kind !== "primary" && isDeepStrictEqual({ ...from, name: to.name }, to);
}

function mentions(index: Index, columns: ReadonlySet<string>): boolean {
  if (columns.size === 0) return false;
  return index.parts.some((part) =>
    "expression" in part ? mentionsAny(part.expression, columns) : columns.has(part.column),
  );
}

/** Whether an expression names one of the columns. Text of a string may look like a name; then too much is redone. */
export function mentionsAny(expression: string, columns: ReadonlySet<string>): boolean {
  return [...columns].some((column) => expression.includes(`\`${column.replaceAll("`", "``")}\``));
}

/** What takes one table's checks to another's. */
export function diffChecks(
  from: Table,
  to: Table,
  replaced: ReadonlySet<string>,
  server: ServerInfo,
): KeyChanges {
  const before = new Map(from.checks.map((check) => [check.name, check]));
  const after = new Map(to.checks.map((check) => [check.name, check]));
  const drops: AlterClause[] = [];
  const adds: AlterClause[] = [];
  for (const old of from.checks) {
    const check = after.get(old.name);
    if (check === undefined || !isSameCondition(old, check, replaced)) {
      drops.push({ type: "drop-check", name: old.name });
    } else if (old.enforced !== check.enforced && canDisableChecks(server)) {
      adds.push({ type: "check-enforcement", check });
    }
  }
  for (const check of to.checks) {
    const old = before.get(check.name);
    if (old === undefined || !isSameCondition(old, check, replaced)) adds.push({ type: "add-check", check });
  }
  return { drops, adds };
}

function isSameCondition(from: Check, to: Check, replaced: ReadonlySet<string>): boolean {
  return from.expression === to.expression && !mentionsAny(from.expression, replaced);
}
