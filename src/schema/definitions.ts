import type { ServerInfo } from "../server/session";
import { KINDS } from "./kinds/all-kinds";
import { createTable } from "./kinds/table";
import type { Schema } from "./model";

/** The statement that makes each object of a schema, by its name in messages: `table users`, `procedure p`. */
export function definitionsOf(schema: Schema, server: ServerInfo): ReadonlyMap<string, string> {
  const definitions = new Map<string, string>();
  for (const table of schema.tables) {
    definitions.set(`table ${table.name}`, createTable(server, table, table.foreignKeys));
  }
  for (const kind of KINDS) {
    for (const object of schema[kind.list]) {
      const statements = kind.create([object]).map(({ text }) => text);
      definitions.set(kind.label(object), statements.join(";\n"));
    }
  }
  return definitions;
}
