import { canDisableChecks } from "../../server/differences";
import type { ServerInfo } from "../../server/session";
import { quoteIdentifier } from "../../syntax/quote";
import type { AlterClause } from "../change";
import type { Check, Table } from "../model";
import { type KeyChanges, mentionsAny } from "./key";

/** The changes that turn one table's checks into another's. */
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

/** `CONSTRAINT … CHECK …` */
export function checkDefinition(check: Check): string {
  const enforced = check.enforced ? "" : " NOT ENFORCED";
  return `CONSTRAINT ${quoteIdentifier(check.name)} CHECK ${check.expression}${enforced}`;
}
