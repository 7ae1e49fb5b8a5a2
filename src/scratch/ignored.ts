import { foreignToolOf } from "../history/other-tools";
import { objectLists } from "../schema/kinds/all-kinds";
import type { NamedObject } from "../schema/kinds/kind";
import type { Schema, Table } from "../schema/model";
import type { NotCompared } from "../schema/show-create";
import { createMatcher } from "../settings/ignored";
import type { Settings } from "../settings/settings";

/**
 * Leaves out of a schema what is not ours: objects whose name matches a pattern, and the tables in which other
 * migration tools keep their history. With a table, its triggers go, and also the foreign keys that refer to it, since
 * they could not be created without it. `notCompared` lists what was left out, except what the patterns asked for.
 */
export function withoutIgnored(schema: Schema, settings: Pick<Settings, "ignore">): Schema {
  const matches = createMatcher(settings.ignore ?? []);
  const foreign = new Map<string, string>();
  for (const { name, columns, comment } of schema.tables) {
    const names = columns.map((column) => column.name);
    // Another program may use this tool on the same database.
    const tool = isOwnComment(comment) ? "mysql-updown" : foreignToolOf(name, names);
    if (tool !== null && !matches(name)) foreign.set(name.toLowerCase(), tool);
  }
  const isOut = (name: string): boolean => matches(name) || foreign.has(name.toLowerCase());
  const isIn = ({ name }: Pick<NamedObject, "name">): boolean => !isOut(name);
  // An object in another name space is not a tool's table, even if it has the same name.
  const isOurs = ({ name }: Pick<NamedObject, "name">): boolean => !matches(name);
  const isOnOurs = ({ table }: NamedObject): boolean => table === undefined || !isOut(table);
  const told: NotCompared[] = [...foreign].map(([name, tool]) => ({
    object: `table ${name}`,
    why: `${tool} keeps its history in it`,
  }));
  const tables = schema.tables.filter(isIn).map((table): Table => {
    const leads = table.foreignKeys.filter(
      ({ referencedDatabase, referencedTable }) => referencedDatabase === null && isOut(referencedTable),
    );
    if (leads.length === 0) return table;
    for (const { name, referencedTable } of leads) {
      const why = `it leads to ${referencedTable}, which is ignored`;
      told.push({ object: `foreign key ${name} of table ${table.name}`, why });
    }
    return { ...table, foreignKeys: table.foreignKeys.filter((key) => !leads.includes(key)) };
  });
  return {
    ...schema,
    tables,
    ...objectLists(({ list, tableType }) =>
      schema[list].filter((each) => (tableType === null ? isOurs(each) && isOnOurs(each) : isIn(each))),
    ),
    notCompared: [...schema.notCompared.filter(({ object }) => !isOut(nameIn(object))), ...told],
  };
}

function isOwnComment(comment: string): boolean {
  return /^mysql-updown (?:history|lease)\b/.test(comment);
}

/** The name in a label such as `package body p`. */
function nameIn(object: string): string {
  return object.replace(/^(?:package body|\w+) /, "");
}

/**
 * For tables whose partitions are not compared, takes the partitions from the other side.
 * @returns `to`, with the partitions of `from`
 */
export function withPartitionsOf(
  from: Schema,
  to: Schema,
  settings: Pick<Settings, "ignorePartitions">,
): Schema {
  const matches = createMatcher(settings.ignorePartitions ?? []);
  const before = new Map(from.tables.map((table) => [table.name, table.partitioning]));
  const tables = to.tables.map((table): Table => {
    const other = before.get(table.name) ?? null;
    if (table.partitioning === null || other === null || !matches(table.name)) return table;
    const { count, partitions } = other;
    return { ...table, partitioning: { ...table.partitioning, count, partitions } };
  });
  return { ...to, tables };
}
