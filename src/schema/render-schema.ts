import type { ServerInfo } from "../server/session";
import { quoteIdentifier } from "../syntax/quote";
import type { Moment } from "./kinds/kind";
import { KINDS } from "./kinds/list";
import type { ForeignKey, Schema, Table } from "./model";
import { neededSettings } from "./needed-settings";
import { dependencyOrder } from "./order";
import { createTable, foreignKeyDefinition, lacksDefault } from "./render-table";
import { renderScript, type ScriptStatement, type Setting } from "./script";

/**
 * Writes a schema as one SQL file that, loaded into an empty database, gives the same schema again: what others
 * need comes first, otherwise by name, and nothing in it changes from one day to the next.
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
 * Foreign keys are created with their table where what they refer to exists by then, else behind all tables. What
 * another database has, or nobody, is not looked for.
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

/** Whether a foreign key refers to what the schema itself does not have. */
export function refersOutside({ tables }: Schema): boolean {
  const names = new Set(tables.map(({ name }) => name));
  return tables.some(({ foreignKeys }) => foreignKeys.some((key) => isOutside(key, names)));
}

/** CREATE TABLE cannot say that a nullable column has no default at all. */
function droppedDefaults(table: Table, settings: readonly Setting[]): ScriptStatement[] {
  const clauses = table.columns
    .filter(lacksDefault)
    .map(({ name }) => `  ALTER COLUMN ${quoteIdentifier(name)} DROP DEFAULT`);
  if (clauses.length === 0) return [];
  return [{ text: `ALTER TABLE ${quoteIdentifier(table.name)}\n${clauses.join(",\n")}`, settings }];
}
