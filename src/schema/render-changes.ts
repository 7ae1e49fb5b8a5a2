import { callsInvisibleIndexesIgnored } from "../server/differences";
import type { ServerInfo } from "../server/session";
import { quoteIdentifier, quoteString } from "../syntax/quote";
import type { AlterClause, AlterTable, Change, PartitionChange, Position } from "./change";
import { lossesOf } from "./losses";
import type { Column, Table } from "./model";
import { formerColumns, neededSettings } from "./needed-settings";
import {
  characterSetOptions,
  checkDefinition,
  columnDefinition,
  createTable,
  foreignKeyDefinition,
  indexDefinition,
  nameList,
  partitioningClause,
  partitionList,
  tableOption,
} from "./render-table";
import { renderScript, type ScriptStatement } from "./script";

/** Writes changes as SQL, in their order. What loses data says so in a comment above it. */
export function renderChanges(changes: readonly Change[], server: ServerInfo): string {
  const former = formerColumns(changes);
  return renderScript(
    changes.map((change) => ({
      ...renderChange(change, server, former),
      comments: [...lossesOf(change).map((loss) => `DESTRUCTIVE: ${loss}`), ...remarksOf(change)],
    })),
  );
}

function remarksOf(change: Change): string[] {
  if (change.type !== "alter-table") return [];
  return change.clauses.flatMap((clause) => {
    if (clause.type !== "set-default") return [];
    const { name } = clause.column;
    return [`For new rows only. For those that are there: UPDATE ${change.table.name} SET ${name} = DEFAULT`];
  });
}

function renderChange(
  change: Change,
  server: ServerInfo,
  former: ReadonlyMap<string, readonly Column[]>,
): ScriptStatement {
  switch (change.type) {
    case "create-table":
      return {
        text: createTable(server, change.table, change.foreignKeys),
        settings: neededSettings(change.table),
      };
    case "drop-table":
      return { text: `DROP TABLE ${quoteIdentifier(change.table.name)}` };
    case "rename-tables":
      return {
        text: `RENAME TABLE ${change.renames
          .map(({ from, to }) => `${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`)
          .join(", ")}`,
      };
    case "alter-table":
      return renderAlter(change, server, former.get(change.table.name) ?? []);
    case "object":
      return change.statement;
    default:
      return change satisfies never;
  }
}

/** https://mariadb.com/kb/en/system-versioned-tables/#system_versioning_alter_history */
const KEEP_HISTORY = [{ name: "system_versioning_alter_history", value: "KEEP" }];

function renderAlter(alter: AlterTable, server: ServerInfo, former: readonly Column[]): ScriptStatement {
  const { table, clauses, partitions } = alter;
  const lines = clauses.map((clause) => `\n  ${renderClause(clause, table, server)}`).join(",");
  const separator = clauses.length === 0 ? " " : "\n";
  const last = partitions === null ? "" : `${separator}${renderPartitionChange(partitions)}`;
  return {
    text: `ALTER TABLE ${quoteIdentifier(table.name)}${lines}${last}`,
    settings: [...(alter.keepsHistory ? KEEP_HISTORY : []), ...neededSettings(table, former)],
  };
}

function renderClause(clause: AlterClause, table: Table, server: ServerInfo): string {
  switch (clause.type) {
    case "drop-foreign-key":
      return `DROP FOREIGN KEY ${quoteIdentifier(clause.name)}`;
    case "drop-check":
      return `DROP CONSTRAINT ${quoteIdentifier(clause.name)}`;
    case "drop-period":
      return `DROP PERIOD FOR ${clause.period.name}`;
    case "drop-index":
      return clause.index.kind === "primary"
        ? "DROP PRIMARY KEY"
        : `DROP KEY ${quoteIdentifier(clause.index.name)}`;
    case "rename-index":
      return `RENAME KEY ${quoteIdentifier(clause.from)} TO ${quoteIdentifier(clause.to)}`;
    case "drop-column":
      return `DROP COLUMN ${quoteIdentifier(clause.column.name)}`;
    case "rename-column":
      return `RENAME COLUMN ${quoteIdentifier(clause.from)} TO ${quoteIdentifier(clause.to)}`;
    case "change-column": {
      const { oldName } = clause;
      const verb = oldName === null ? "MODIFY COLUMN" : `CHANGE COLUMN ${quoteIdentifier(oldName)}`;
      return `${verb} ${columnDefinition(clause.column, table)}${renderPosition(clause.position)}`;
    }
    case "add-column":
      return `ADD COLUMN ${columnDefinition(clause.column, table)}${renderPosition(clause.position)}`;
    case "drop-default":
      return `ALTER COLUMN ${quoteIdentifier(clause.column.name)} DROP DEFAULT`;
    case "set-default":
      return `ALTER COLUMN ${quoteIdentifier(clause.column.name)} SET DEFAULT ${clause.column.default}`;
    case "add-period":
      return `ADD PERIOD FOR ${clause.period.name} ${nameList([clause.period.start, clause.period.end])}`;
    case "add-index":
      return `ADD ${indexDefinition(server, clause.index)}`;
    case "index-visibility": {
      const [shown, hidden] = callsInvisibleIndexesIgnored(server)
        ? ["NOT IGNORED", "IGNORED"]
        : ["VISIBLE", "INVISIBLE"];
      return `ALTER INDEX ${quoteIdentifier(clause.index.name)} ${clause.index.visible ? shown : hidden}`;
    }
    case "add-check":
      return `ADD ${checkDefinition(clause.check)}`;
    case "check-enforcement": {
      const enforced = clause.check.enforced ? "ENFORCED" : "NOT ENFORCED";
      return `ALTER CHECK ${quoteIdentifier(clause.check.name)} ${enforced}`;
    }
    case "add-foreign-key":
      return `ADD ${foreignKeyDefinition(clause.key)}`;
    case "option":
      return tableOption(clause.name, clause.value);
    case "comment":
      return `COMMENT=${quoteString(clause.comment)}`;
    case "character-set":
      return characterSetOptions(table).join(" ");
    case "system-versioning":
      return `${clause.add ? "ADD" : "DROP"} SYSTEM VERSIONING`;
    default:
      return clause satisfies never;
  }
}

function renderPosition(position: Position): string {
  if (position === null) return "";
  return position === "first" ? " FIRST" : ` AFTER ${quoteIdentifier(position.after)}`;
}

function renderPartitionChange(change: PartitionChange): string {
  switch (change.type) {
    case "partition-by":
      return partitioningClause(change.partitioning);
    case "remove-partitioning":
      return "REMOVE PARTITIONING";
    case "add-partitions":
      return `ADD PARTITION ${partitionList(change.partitions)}`;
    case "add-hash-partitions":
      return `ADD PARTITION PARTITIONS ${change.count}`;
    case "coalesce-partitions":
      return `COALESCE PARTITION ${change.count}`;
    case "drop-partitions":
      return `DROP PARTITION ${change.partitions.map(({ name }) => quoteIdentifier(name)).join(", ")}`;
    case "reorganize-partitions": {
      const names = change.names.map(quoteIdentifier).join(", ");
      return `REORGANIZE PARTITION ${names} INTO ${partitionList(change.into)}`;
    }
    default:
      return change satisfies never;
  }
}
