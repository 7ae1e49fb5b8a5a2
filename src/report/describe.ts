import type { View } from "../schema/kinds/view";
import type { Column, ForeignKey, Index, IndexPart, Schema, Table } from "../schema/model";
import type { ReportedColumn, ReportedIndex, ReportedKey, ReportedProgram, ReportedTable } from "./model";

/** What is known about a schema besides its shape. */
export interface SchemaFacts {
  /** The statement that makes each object, by its label: `table users`, `trigger t`, `procedure p`. */
  readonly definitions: ReadonlyMap<string, string>;
  /** By name in lower case; rows are the server's estimate. */
  readonly sizes: ReadonlyMap<string, { readonly rows: number; readonly bytes: number }>;
}

export interface DescribedSchema {
  readonly tables: readonly ReportedTable[];
  readonly programs: readonly ReportedProgram[];
}

/** A schema as a report shows it. */
export function describeSchema(schema: Schema, facts: SchemaFacts): DescribedSchema {
  const tables = [
    ...schema.tables.map((table) => describeTable(table, schema, facts)),
    ...schema.views.map((view) => describeView(view, schema, facts)),
    ...schema.sequences.map((sequence) => ({
      ...bare("sequence", sequence.name, facts),
      comment: sequence.comment,
    })),
  ];
  tables.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const programs = [
    ...schema.routines.map(({ type, name }) => programOf(type, name, facts)),
    ...schema.events.map(({ name }) => programOf("event", name, facts)),
  ];
  return { tables, programs };
}

function programOf(kind: string, name: string, { definitions }: SchemaFacts): ReportedProgram {
  return { kind, name, definition: definitions.get(`${kind} ${name}`) ?? "" };
}

/** A table, view or sequence of which we know only the name and the statement that makes it. */
function bare(kind: ReportedTable["kind"], name: string, { definitions }: SchemaFacts): ReportedTable {
  return {
    kind,
    name,
    comment: "",
    columns: [],
    indexes: [],
    references: [],
    referencedBy: [],
    checks: [],
    triggers: [],
    uses: [],
    usedBy: [],
    storage: "",
    size: null,
    definition: definitions.get(`${kind} ${name}`) ?? "",
  };
}

function describeView(view: View, schema: Schema, facts: SchemaFacts): ReportedTable {
  const { uses } = view;
  return { ...bare("view", view.name, facts), uses, usedBy: viewsOn(view.name, schema) };
}

function viewsOn(name: string, { views }: Schema): readonly string[] {
  return views.filter(({ uses }) => uses.includes(name)).map((view) => view.name);
}

function describeTable(table: Table, schema: Schema, facts: SchemaFacts): ReportedTable {
  const { name, comment, engine, collation, partitioning } = table;
  const referencedBy = schema.tables.flatMap((other) =>
    other.foreignKeys
      .filter((key) => key.referencedDatabase === null && key.referencedTable === name)
      .map((key) => describeKey(key, other.name)),
  );
  return {
    ...bare("table", name, facts),
    comment,
    columns: table.columns.map((column) => describeColumn(column, table)),
    indexes: table.indexes.map(describeIndex),
    references: table.foreignKeys.map((key) => describeKey(key, key.referencedTable)),
    referencedBy,
    checks: table.checks.map((check) => ({
      name: check.name,
      expression: `${check.expression}${check.enforced ? "" : " NOT ENFORCED"}`,
    })),
    triggers: schema.triggers
      .filter((trigger) => trigger.table === name)
      .map(({ name: called, timing, event, body }) => ({ name: called, when: `${timing} ${event}`, body })),
    usedBy: viewsOn(name, schema),
    storage: [
      engine,
      collation,
      table.systemVersioned ? "system versioned" : "",
      partitioning === null ? "" : `partitioned by ${partitioning.by}`,
    ]
      .filter((part) => part !== "")
      .join(", "),
    size: facts.sizes.get(name.toLowerCase()) ?? null,
  };
}

function describeKey(key: ForeignKey, table: string): ReportedKey {
  const { name, columns, referencedColumns, referencedDatabase, onDelete, onUpdate } = key;
  const actions = [
    onDelete === null ? "" : `ON DELETE ${onDelete}`,
    onUpdate === null ? "" : `ON UPDATE ${onUpdate}`,
  ];
  return {
    name,
    table,
    database: referencedDatabase,
    columns,
    referencedColumns,
    actions: actions.filter((action) => action !== "").join(" "),
  };
}

function describeColumn(column: Column, table: Table): ReportedColumn {
  const { name, type, nullable, generated, comment } = column;
  const more = [
    column.autoIncrement ? "AUTO_INCREMENT" : "",
    generated === null ? "" : `AS ${generated.expression} ${generated.stored ? "STORED" : "VIRTUAL"}`,
    column.onUpdate === null ? "" : `ON UPDATE ${column.onUpdate}`,
    column.invisible ? "INVISIBLE" : "",
    column.check === null ? "" : `CHECK ${column.check}`,
    column.collation === null || column.collation === table.collation ? "" : `COLLATE ${column.collation}`,
    ...column.attributes,
  ];
  return {
    name,
    type,
    nullable,
    default: column.default,
    more: more.filter((part) => part !== "").join(" "),
    comment,
    key: keyOf(name, table),
  };
}

function keyOf(column: string, { indexes, foreignKeys }: Table): ReportedColumn["key"] {
  const within = ({ parts }: Index): boolean =>
    parts.some((part) => "column" in part && part.column === column);
  const has = (kind: Index["kind"]): boolean => indexes.some((index) => index.kind === kind && within(index));
  if (has("primary")) return "primary";
  if (foreignKeys.some(({ columns }) => columns.includes(column))) return "foreign";
  if (has("unique")) return "unique";
  return indexes.some(within) ? "index" : null;
}

function describeIndex(index: Index): ReportedIndex {
  const more = [...index.attributes, index.visible ? "" : "INVISIBLE", index.comment];
  return {
    name: index.name,
    kind: index.kind === "key" ? "index" : index.kind,
    parts: index.parts.map(describePart),
    more: more.filter((part) => part !== "").join(", "),
  };
}

function describePart(part: IndexPart): string {
  const order = part.descending ? " DESC" : "";
  if ("expression" in part) return `${part.expression}${order}`;
  const length = part.length === null ? "" : `(${part.length})`;
  return `${part.column}${length}${part.withoutOverlaps ? " WITHOUT OVERLAPS" : ""}${order}`;
}
