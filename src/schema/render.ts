import { callsInvisibleIndexesIgnored } from "../server/differences";
import type { ServerInfo } from "../server/session";
import { quoteIdentifier, quoteString } from "../syntax/quote";
import type { AlterClause, AlterTable, Change, Position } from "./change";
import { KINDS } from "./kinds/all-kinds";
import { checkDefinition } from "./kinds/check-constraint";
import { columnDefinition, lacksDefault } from "./kinds/column";
import { foreignKeyDefinition, nameList } from "./kinds/foreign-key";
import { indexDefinition } from "./kinds/key";
import type { Moment } from "./kinds/kind";
import { renderPartitionChange } from "./kinds/partition";
import { characterSetOptions, createTable, tableOption } from "./kinds/table";
import { lossesOf } from "./losses";
import type { Column, ForeignKey, Schema, Table } from "./model";
import { dependencyOrder } from "./order";
import { renderScript, type ScriptStatement, type Setting } from "./script";

/** Writes changes as SQL, in their order. A comment above a statement says when it loses data. */
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

/**
 * Writes a schema as one SQL file that, loaded into an empty database, gives the same schema again. Dependencies come
 * first, otherwise by name, and nothing in the file changes from one day to the next.
 */
export function renderSchema(schema: Schema, server: ServerInfo): string {
  const missing = schema.notCompared.map(({ object, why }) => `-- Not in this file: ${object}: ${why}\n`);
  const create = (moment: Moment): ScriptStatement[] =>
    KINDS.filter(({ adds }) => adds === moment).flatMap((kind) => kind.create(schema[kind.list]));
  const statements = [
    ...create("before tables"),
    ...tableStatements(schema.tables, server),
    ...create("behind tables"),
  ];
  return missing.join("") + renderScript(statements);
}

/** https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html#foreign-key-checks */
const UNCHECKED: Setting = { name: "foreign_key_checks", value: "0" };

/**
 * Foreign keys are created with their table if the table they refer to exists by then, otherwise after all tables. A
 * table in another database, or a missing one, is not waited for.
 */
function tableStatements(tables: readonly Table[], server: ServerInfo): ScriptStatement[] {
  const created = new Set<string>();
  const statements: ScriptStatement[] = [];
  const later: ScriptStatement[] = [];
  const names = new Set(tables.map(({ name }) => name));
  const ordered = dependencyOrder(tables, ({ foreignKeys }) => foreignKeys.map((key) => key.referencedTable));
  for (const table of ordered) {
    created.add(table.name);
    const settings = neededSettings(table);
    const exists = (key: ForeignKey): boolean => isOutside(key, names) || created.has(key.referencedTable);
    const keys = table.foreignKeys.filter(exists);
    const unchecked = keys.some((key) => isOutside(key, names)) ? [UNCHECKED] : [];
    statements.push({ text: createTable(server, table, keys), settings: [...unchecked, ...settings] });
    statements.push(...droppedDefaults(table, settings));
    for (const key of table.foreignKeys.filter((candidate) => !exists(candidate))) {
      const text = `ALTER TABLE ${quoteIdentifier(table.name)}\n  ADD ${foreignKeyDefinition(key)}`;
      later.push({ text, settings });
    }
  }
  return [...statements, ...later];
}

function isOutside(key: ForeignKey, names: ReadonlySet<string>): boolean {
  return key.referencedDatabase !== null || !names.has(key.referencedTable);
}

/** Whether a foreign key refers to something outside the schema. */
export function refersOutside({ tables }: Schema): boolean {
  const names = new Set(tables.map(({ name }) => name));
  return tables.some(({ foreignKeys }) => foreignKeys.some((key) => isOutside(key, names)));
}

/** CREATE TABLE cannot express that a nullable column has no default at all. */
function droppedDefaults(table: Table, settings: readonly Setting[]): ScriptStatement[] {
  const clauses = table.columns
    .filter(lacksDefault)
    .map(({ name }) => `  ALTER COLUMN ${quoteIdentifier(name)} DROP DEFAULT`);
  if (clauses.length === 0) return [];
  return [{ text: `ALTER TABLE ${quoteIdentifier(table.name)}\n${clauses.join(",\n")}`, settings }];
}

/**
 * Strict, so that nothing is cut silently, but with zero dates.
 * https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_no_zero_date
 */
const ZERO_DATES = "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION";

/**
 * The session settings without which the server would refuse a table's definition. A server that was once less strict
 * has defaults with dates that it would no longer accept, and refuses every ALTER of such a table (error 1067).
 * @param more further columns that the table has until the statement has run
 */
function neededSettings(table: Table, more: readonly Column[] = []): readonly Setting[] {
  const settings: Setting[] = [];
  const kinds = [...table.columns, ...more].map(dateKind);
  const mode = kinds.includes("invalid") ? `${ZERO_DATES},ALLOW_INVALID_DATES` : ZERO_DATES;
  if (kinds.some((kind) => kind !== null)) settings.push({ name: "sql_mode", value: `'${mode}'` });
  if (keepsIgnoredOption(table)) settings.push({ name: "innodb_strict_mode", value: "0" });
  return settings;
}

/** Whether a default is a date that strict modes refuse: `0000-00-00`, `2020-00-01`, or one that no calendar has. */
function dateKind({ type, default: value }: Column): "zero" | "invalid" | null {
  if (value === null || !/^(?:date|datetime|timestamp)\b/.test(type)) return null;
  const [, year, month, day] = /^'(\d{4})-(\d\d)-(\d\d)/.exec(value) ?? [];
  if (day === undefined) return null;
  if (Number(year) === 0 || Number(month) === 0 || Number(day) === 0) return "zero";
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) > last ? "invalid" : null;
}

/** MariaDB keeps a KEY_BLOCK_SIZE that its row format does not use, but refuses it in strict mode. */
function keepsIgnoredOption({ engine, options }: Table): boolean {
  const value = (name: string): string | undefined => options.find((option) => option.name === name)?.value;
  const format = value("ROW_FORMAT")?.toUpperCase();
  if (engine.toUpperCase() !== "INNODB" || format === undefined) return false;
  return format !== "COMPRESSED" && (value("KEY_BLOCK_SIZE") ?? "0") !== "0";
}

/** For each table, the columns that statements drop or change: until then the table has them as they were. */
function formerColumns(changes: readonly Change[]): ReadonlyMap<string, readonly Column[]> {
  const former = new Map<string, Column[]>();
  for (const change of changes) {
    if (change.type !== "alter-table") continue;
    const columns = change.clauses.flatMap((clause): Column[] => {
      if (clause.type === "change-column") return [clause.from];
      return clause.type === "drop-column" ? [clause.column] : [];
    });
    former.set(change.table.name, [...(former.get(change.table.name) ?? []), ...columns]);
  }
  return former;
}
