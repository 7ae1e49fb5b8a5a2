import type { Column, ForeignKey, Index, Schema, Table } from "../../src/schema/model";
import type { ServerInfo } from "../../src/server/session";
import { tokens } from "../../src/syntax/lexer";
import { classOf, type Draft, isNumeric } from "./random-schema";

/** Takes out what no server would accept, so that what is left can be loaded. */
export function repair(schema: Draft<Schema>, server: ServerInfo): void {
  for (const table of schema.tables) {
    // Geometry, and indexes on what is computed, are InnoDB's.
    if (table.columns.some((column) => classOf(column) === "geometry")) table.engine = "InnoDB";
    if (table.columns.some(({ generated }) => generated !== null)) table.engine = "InnoDB";
    if (table.indexes.some(({ parts }) => parts.some((part) => "expression" in part)))
      table.engine = "InnoDB";
    if (table.indexes.some(({ parts }) => parts.some(({ descending }) => descending)))
      table.engine = "InnoDB";
    repairColumns(table, schema, server);
    repairIndexes(table, server);
    repairAutoIncrement(table);
    repairPartitions(table);
  }
  schema.tables = schema.tables.filter(({ columns }) => columns.length > 0);
  repairForeignKeys(schema);
  repairChecks(schema, server);
  repairPrograms(schema);
}

function mentioned(sql: string): string[] {
  return [...tokens(sql)].filter(({ type }) => type === "quoted-identifier").map(({ value }) => value);
}

function repairColumns(table: Draft<Table>, schema: Draft<Schema>, server: ServerInfo): void {
  const base = new Map(
    table.columns.filter(({ generated }) => generated === null).map((column) => [column.name, column]),
  );
  const sequences = new Set(schema.sequences.map(({ name }) => name));
  table.columns = table.columns.filter(({ generated }) => {
    if (generated === null) return true;
    return mentioned(generated.expression).every((name) => {
      const source = base.get(name);
      // MySQL counts a column with a default expression as generated, which has to come before.
      return (
        source !== undefined && isNumeric(source) && !source.autoIncrement && !source.default?.startsWith("(")
      );
    });
  });
  for (const column of table.columns) {
    const kind = classOf(column);
    const isTextual = ["text", "long", "choice", "set"].includes(kind);
    if (!isTextual) {
      column.charset = null;
      column.collation = null;
    }
    if (column.generated !== null) {
      column.default = null;
      column.onUpdate = null;
      column.check = null;
      column.autoIncrement = false;
      if (!isNumeric(column)) column.type = "int";
      if (server.family === "mariadb") column.nullable = true;
    }
    if (!column.nullable && column.default === "NULL") column.default = null;
    if (
      column.default?.includes("nextval") &&
      !mentioned(column.default).every((name) => sequences.has(name))
    ) {
      column.default = column.nullable ? "NULL" : null;
    }
    if (column.check !== null && !mentioned(column.check).every((name) => name === column.name))
      column.check = null;
    if (column.autoIncrement) column.check = null;
    // An invisible NOT NULL column needs a default (MariaDB 4108).
    if (!column.nullable && column.default === null && column.generated === null) column.invisible = false;
  }
  if (table.columns.every(({ invisible, generated }) => invisible || generated !== null)) {
    const first = table.columns.find(({ generated }) => generated === null);
    if (first === undefined) table.columns = [];
    else first.invisible = false;
  }
}

function repairIndexes(table: Draft<Table>, server: ServerInfo): void {
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  table.indexes = table.indexes.filter((index) => {
    index.parts = index.parts.filter((part) => isUsable(part, index, columns));
    const seen = new Set<string>();
    index.parts = index.parts.filter((part) => {
      const key = "column" in part ? part.column : part.expression;
      return seen.has(key) ? false : seen.add(key) !== undefined;
    });
    if (index.kind === "primary" || index.kind === "fulltext" || index.kind === "spatial")
      index.visible = true;
    // MariaDB 10.11 then calls the index corrupt when a column becomes NOT NULL.
    if (index.kind === "fulltext" && table.systemVersioned) return false;
    if (index.kind === "spatial") index.parts = index.parts.slice(0, 1);
    if (index.kind === "fulltext") {
      const collations = new Set(
        index.parts.map((part) => ("column" in part ? (columns.get(part.column)?.collation ?? "") : "")),
      );
      if (collations.size > 1) index.parts = index.parts.slice(0, 1);
    }
    return index.parts.length > 0;
  });
  const primary = table.indexes.find(({ kind }) => kind === "primary");
  for (const part of primary?.parts ?? []) {
    const column = "column" in part ? columns.get(part.column) : undefined;
    if (column === undefined) continue;
    column.nullable = false;
    if (column.default === "NULL") column.default = null;
    column.invisible &&= column.default !== null;
  }
  if (server.family === "mysql") {
    // The first unique key without nulls stands in for a primary key, which cannot be invisible (3522).
    if (primary === undefined)
      for (const index of table.indexes) if (index.kind === "unique") index.visible = true;
  } else if (primary === undefined) {
    for (const index of table.indexes) if (index.kind === "unique") index.visible = true;
  }
}

function isUsable(
  part: Index["parts"][number],
  index: Draft<Index>,
  columns: Map<string, Draft<Column>>,
): boolean {
  if ("expression" in part) {
    if (index.kind !== "key" && index.kind !== "unique") return false;
    return mentioned(part.expression).every((name) => {
      const column = columns.get(name);
      return column !== undefined && isNumeric(column) && !column.autoIncrement;
    });
  }
  const column = columns.get(part.column);
  if (column === undefined) return false;
  const draft = part as { length: number | null; descending: boolean };
  const kind = classOf(column);
  if (index.kind === "fulltext") {
    draft.length = null;
    draft.descending = false;
    return (kind === "text" || kind === "long") && column.generated === null;
  }
  if (index.kind === "spatial") {
    draft.length = null;
    draft.descending = false;
    return kind === "geometry" && !column.nullable;
  }
  if (kind === "geometry" || kind === "json") return false;
  if (index.kind === "primary" && column.generated !== null) return false;
  if (kind === "long" || kind === "blob") draft.length ??= 10;
  else if (kind === "text") {
    const size = Number(/\d+/.exec(column.type)?.[0] ?? 0);
    if (draft.length !== null && draft.length >= size) draft.length = null;
    if (size > 100) draft.length ??= 20;
  } else draft.length = null;
  return true;
}

function repairAutoIncrement(table: Draft<Table>): void {
  let found = false;
  for (const column of table.columns) {
    if (!column.autoIncrement) continue;
    const isKey = table.indexes.some(({ kind, parts: [first] }) => {
      const usable = kind === "primary" || kind === "unique" || kind === "key";
      return (
        usable &&
        first !== undefined &&
        "column" in first &&
        first.column === column.name &&
        !first.descending
      );
    });
    if (found || !isKey || classOf(column) !== "integer" || column.type === "tinyint(1)") {
      column.autoIncrement = false;
      continue;
    }
    found = true;
    column.nullable = false;
    column.default = null;
  }
}

function repairPartitions(table: Draft<Table>): void {
  if (table.partitioning === null) return;
  const [name] = mentioned(table.partitioning.by);
  const column = table.columns.find((candidate) => candidate.name === name);
  const inEveryKey = table.indexes.every(
    ({ kind, parts }) =>
      (kind !== "primary" && kind !== "unique") ||
      parts.some((part) => "column" in part && part.column === name && part.length === null),
  );
  const isPlain = table.indexes.every(({ kind }) => kind !== "fulltext" && kind !== "spatial");
  const usable = column !== undefined && classOf(column) === "integer" && column.generated === null;
  const fits =
    table.engine === "InnoDB" && table.columns.every((candidate) => classOf(candidate) !== "geometry");
  if (!usable || !inEveryKey || !isPlain || !fits || table.systemVersioned) table.partitioning = null;
}

function repairForeignKeys(schema: Draft<Schema>): void {
  const tables = new Map(schema.tables.map((table) => [table.name, table]));
  const names = new Set<string>();
  for (const table of schema.tables) {
    table.foreignKeys = table.foreignKeys.filter((key) => {
      const parent = tables.get(key.referencedTable);
      if (parent === undefined || !isValid(key, table, parent) || names.has(key.name)) return false;
      names.add(key.name);
      return true;
    });
  }
}

function isValid(key: Draft<ForeignKey>, child: Draft<Table>, parent: Draft<Table>): boolean {
  for (const table of [child, parent]) {
    if (table.engine !== "InnoDB" || table.partitioning !== null || table.systemVersioned) return false;
  }
  const unique = parent.indexes.some(
    ({ kind, parts }) =>
      (kind === "primary" || kind === "unique") &&
      parts.length === key.referencedColumns.length &&
      parts.every(
        (part, at) => "column" in part && part.column === key.referencedColumns[at] && part.length === null,
      ),
  );
  const own = child.columns.find(({ name }) => name === key.columns[0]);
  const other = parent.columns.find(({ name }) => name === key.referencedColumns[0]);
  if (!unique || own === undefined || other === undefined || own.type !== other.type || own === other)
    return false;
  if (own.generated !== null || other.generated !== null || classOf(own) !== "integer") return false;
  const isRead = child.columns.some(
    ({ generated, check }) =>
      generated !== null && mentioned(`${generated.expression}${check ?? ""}`).includes(own.name),
  );
  if (isRead || own.check !== null || own.default?.startsWith("(")) {
    key.onDelete = null;
    key.onUpdate = null;
  }
  if (!own.nullable && key.onDelete === "SET NULL") key.onDelete = null;
  return true;
}

function repairChecks(schema: Draft<Schema>, server: ServerInfo): void {
  const names = new Set<string>();
  for (const table of schema.tables) {
    if (server.family === "mariadb") names.clear();
    const acted = new Set(
      table.foreignKeys.flatMap(({ columns, onDelete, onUpdate }) =>
        (onDelete ?? onUpdate) === null ? [] : columns,
      ),
    );
    table.checks = table.checks.filter((check) => {
      if (server.family === "mariadb") check.enforced = true;
      const valid = mentioned(check.expression).every((name) => {
        const column = table.columns.find((candidate) => candidate.name === name);
        return column !== undefined && isNumeric(column) && !column.autoIncrement && !acted.has(name);
      });
      if (!valid || names.has(check.name) || table.foreignKeys.some((key) => key.name === check.name))
        return false;
      names.add(check.name);
      return true;
    });
  }
}

function repairPrograms(schema: Draft<Schema>): void {
  const tables = new Map(schema.tables.map((table) => [table.name, table]));
  schema.triggers = schema.triggers.filter(({ table, body }) => {
    const columns = tables.get(table)?.columns ?? [];
    return (
      mentioned(body).every((name) =>
        columns.some((column) => column.name === name && column.generated === null && isNumeric(column)),
      ) && tables.has(table)
    );
  });
  for (let removed = true; removed; ) {
    const before = schema.views.length;
    const names = new Set([...tables.keys(), ...schema.views.map(({ name }) => name)]);
    schema.views = schema.views.filter(({ uses, definition }) => {
      const known = new Set<string>(uses);
      for (const used of uses) for (const { name } of tables.get(used)?.columns ?? []) known.add(name);
      return (
        uses.every((used) => names.has(used)) &&
        mentioned(definition).every((name) => known.has(name) || /^x\d$/.test(name))
      );
    });
    removed = schema.views.length < before;
  }
  const group = new Map<string, number>();
  for (const { table } of schema.triggers) group.set(table, (group.get(table) ?? 0) + 1);
}
