import type { ServerInfo } from "../database/session";
import { quoteIdentifier } from "../syntax/quote";
import type { ForeignKey, Schema, Table } from "./model";
import { dependencyOrder } from "./order";
import { createEvent, createRoutine, createSequence, createTrigger, createView } from "./render-program";
import { createTable, foreignKeyDefinition, lacksDefault } from "./render-table";
import { renderScript, type ScriptStatement } from "./script";

/**
 * Writes a schema as one SQL file that, loaded into an empty database, gives the same schema again: what others
 * need comes first, otherwise by name, and nothing in it changes from one day to the next.
 */
export function renderSchema(schema: Schema, server: ServerInfo): string {
  const missing = schema.notCompared.map(({ object, why }) => `-- Not in this file: ${object}: ${why}\n`);
  const statements: ScriptStatement[] = [];
  for (const sequence of schema.sequences) statements.push({ text: createSequence(sequence) });
  statements.push(...tableStatements(schema.tables, server));
  for (const routine of schema.routines) {
    statements.push({ text: createRoutine(routine, "CREATE"), program: routine });
  }
  for (const view of dependencyOrder(schema.views, ({ uses }) => uses)) {
    statements.push({ text: createView(view, "CREATE") });
  }
  for (const trigger of schema.triggers) {
    statements.push({ text: createTrigger(trigger, null), program: trigger });
  }
  for (const event of schema.events) statements.push({ text: createEvent(event), program: event });
  return missing.join("") + renderScript(statements);
}

/** Foreign keys are created with their table where what they refer to exists by then, else behind all tables. */
function tableStatements(tables: readonly Table[], server: ServerInfo): ScriptStatement[] {
  const created = new Set<string>();
  const statements: ScriptStatement[] = [];
  const later: ScriptStatement[] = [];
  const ordered = dependencyOrder(tables, ({ foreignKeys }) => foreignKeys.map((key) => key.referencedTable));
  for (const table of ordered) {
    created.add(table.name);
    const exists = (key: ForeignKey): boolean =>
      key.referencedDatabase !== null || created.has(key.referencedTable);
    statements.push({ text: createTable(server, table, table.foreignKeys.filter(exists)) });
    statements.push(...droppedDefaults(table));
    for (const key of table.foreignKeys.filter((candidate) => !exists(candidate))) {
      const text = `ALTER TABLE ${quoteIdentifier(table.name)}\n  ADD ${foreignKeyDefinition(key)}`;
      later.push({ text });
    }
  }
  return [...statements, ...later];
}

/** CREATE TABLE cannot say that a nullable column has no default at all. */
function droppedDefaults(table: Table): ScriptStatement[] {
  const clauses = table.columns
    .filter(lacksDefault)
    .map(({ name }) => `  ALTER COLUMN ${quoteIdentifier(name)} DROP DEFAULT`);
  if (clauses.length === 0) return [];
  return [{ text: `ALTER TABLE ${quoteIdentifier(table.name)}\n${clauses.join(",\n")}` }];
}
