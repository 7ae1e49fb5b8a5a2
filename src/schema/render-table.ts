import { callsInvisibleIndexesIgnored } from "../server/differences";
import type { ServerInfo } from "../server/session";
import { quoteIdentifier, quoteString } from "../syntax/quote";
import type { Check, Column, ForeignKey, Index, IndexPart, Partition, Partitioning, Table } from "./model";

/** `(a, b)` with the names quoted. */
export function nameList(names: readonly string[]): string {
  return `(${names.map(quoteIdentifier).join(", ")})`;
}

/**
 * CREATE TABLE, without semicolon.
 * @param foreignKeys those of the table that can be created with it
 */
export function createTable(server: ServerInfo, table: Table, foreignKeys: readonly ForeignKey[]): string {
  const lines = [
    ...table.columns.map((column) => columnDefinition(column, table)),
    ...table.periods.map(({ name, start, end }) => `PERIOD FOR ${name} ${nameList([start, end])}`),
    ...table.indexes.map((index) => indexDefinition(server, index)),
    ...foreignKeys.map(foreignKeyDefinition),
    ...table.checks.map(checkDefinition),
  ];
  const partitions = table.partitioning === null ? "" : `\n${partitioningClause(table.partitioning)}`;
  const name = quoteIdentifier(table.name);
  return `CREATE TABLE ${name} (\n  ${lines.join(",\n  ")}\n) ${tableOptions(table)}${partitions}`;
}

function tableOptions(table: Table): string {
  return [
    `ENGINE=${table.engine}`,
    ...characterSetOptions(table),
    ...table.options.map(({ name, value }) => tableOption(name, value)),
    ...(table.comment === "" ? [] : [`COMMENT=${quoteString(table.comment)}`]),
    ...(table.systemVersioned ? ["WITH SYSTEM VERSIONING"] : []),
  ].join(" ");
}

/** TABLESPACE alone takes no equals sign. */
export function tableOption(name: string, value: string): string {
  return name === "TABLESPACE" ? `${name} ${value}` : `${name}=${value}`;
}

/** The default character set as options; engines such as SEQUENCE's have none. */
export function characterSetOptions(table: Table): string[] {
  return table.charset === "" ? [] : [`DEFAULT CHARSET=${table.charset}`, `COLLATE=${table.collation}`];
}

/**
 * A column as CREATE TABLE and ALTER TABLE take it.
 * @param table whose default character set the column takes when it names none
 */
export function columnDefinition(column: Column, table: Table): string {
  const parts = [quoteIdentifier(column.name), column.type, ...columnCharacterSet(column, table)];
  const { generated } = column;
  if (generated === null) {
    if (!column.nullable) parts.push("NOT NULL");
    // Without explicit_defaults_for_timestamp a TIMESTAMP is NOT NULL unless it says NULL.
    else if (/^timestamp\b/.test(column.type)) parts.push("NULL");
  } else {
    const isPeriod = generated.expression.startsWith("ROW ");
    parts.push(`GENERATED ALWAYS AS ${generated.expression}`);
    if (!isPeriod) parts.push(generated.stored ? "STORED" : "VIRTUAL");
    // MariaDB's grammar has no NOT NULL here, and never prints one.
    if (!column.nullable && !isPeriod) parts.push("NOT NULL");
  }
  parts.push(...column.attributes);
  if (column.invisible) parts.push("INVISIBLE");
  if (column.default !== null) parts.push(`DEFAULT ${column.default}`);
  if (column.onUpdate !== null) parts.push(`ON UPDATE ${column.onUpdate}`);
  if (column.autoIncrement) parts.push("AUTO_INCREMENT");
  if (column.comment !== "") parts.push(`COMMENT ${quoteString(column.comment)}`);
  if (column.check !== null) parts.push(`CHECK ${column.check}`);
  return parts.join(" ");
}

/**
 * Whether a nullable column has had its default dropped, so that every INSERT must give it a value: neither CREATE
 * TABLE nor a column definition can say so, only ALTER COLUMN … DROP DEFAULT.
 */
export function lacksDefault(column: Column): boolean {
  const givesItself = column.generated !== null || column.autoIncrement;
  return column.nullable && column.default === null && !givesItself;
}

function columnCharacterSet(column: Column, table: Table): string[] {
  if (column.collation === null || column.collation === table.collation) return [];
  const collate = `COLLATE ${column.collation}`;
  return column.charset === table.charset ? [collate] : [`CHARACTER SET ${column.charset}`, collate];
}

/** A key as CREATE TABLE and ADD take it. */
export function indexDefinition(server: ServerInfo, index: Index): string {
  const invisible = callsInvisibleIndexesIgnored(server) ? "IGNORED" : "INVISIBLE";
  return [
    indexHead(index),
    `(${index.parts.map(indexPart).join(", ")})`,
    ...index.attributes,
    ...(index.comment === "" ? [] : [`COMMENT ${quoteString(index.comment)}`]),
    ...(index.visible ? [] : [invisible]),
  ].join(" ");
}

function indexHead(index: Index): string {
  const name = quoteIdentifier(index.name);
  switch (index.kind) {
    case "primary":
      return "PRIMARY KEY";
    case "key":
      return `KEY ${name}`;
    case "unique":
    case "fulltext":
    case "spatial":
    case "vector":
      return `${index.kind.toUpperCase()} KEY ${name}`;
    default:
      return index.kind satisfies never;
  }
}

function indexPart(part: IndexPart): string {
  const order = part.descending ? " DESC" : "";
  if ("expression" in part) return `${part.expression}${order}`;
  const length = part.length === null ? "" : `(${part.length})`;
  const overlaps = part.withoutOverlaps ? " WITHOUT OVERLAPS" : "";
  return `${quoteIdentifier(part.column)}${length}${overlaps}${order}`;
}

/** `CONSTRAINT … FOREIGN KEY …` */
export function foreignKeyDefinition(key: ForeignKey): string {
  const database = key.referencedDatabase === null ? "" : `${quoteIdentifier(key.referencedDatabase)}.`;
  return [
    `CONSTRAINT ${quoteIdentifier(key.name)} FOREIGN KEY ${nameList(key.columns)}`,
    `REFERENCES ${database}${quoteIdentifier(key.referencedTable)} ${nameList(key.referencedColumns)}`,
    ...(key.onDelete === null ? [] : [`ON DELETE ${key.onDelete}`]),
    ...(key.onUpdate === null ? [] : [`ON UPDATE ${key.onUpdate}`]),
  ].join(" ");
}

/** `CONSTRAINT … CHECK …` */
export function checkDefinition(check: Check): string {
  const enforced = check.enforced ? "" : " NOT ENFORCED";
  return `CONSTRAINT ${quoteIdentifier(check.name)} CHECK ${check.expression}${enforced}`;
}

/** `PARTITION BY …`, with its partitions. */
export function partitioningClause(partitioning: Partitioning): string {
  const lines = [`PARTITION BY ${partitioning.by}`];
  if (partitioning.count !== null) lines.push(`PARTITIONS ${partitioning.count}`);
  if (partitioning.subpartitionBy !== null) lines.push(`SUBPARTITION BY ${partitioning.subpartitionBy}`);
  if (partitioning.subpartitionCount !== null) lines.push(`SUBPARTITIONS ${partitioning.subpartitionCount}`);
  if (partitioning.partitions.length > 0) lines.push(partitionList(partitioning.partitions));
  return lines.join("\n");
}

/** `(PARTITION …, PARTITION …)` */
export function partitionList(partitions: readonly Partition[]): string {
  return `(${partitions.map((partition) => partitionDefinition("PARTITION", partition)).join(",\n ")})`;
}

function partitionDefinition(word: string, partition: Partition): string {
  const parts = [`${word} ${quoteIdentifier(partition.name)}`];
  if (partition.values !== null) parts.push(partition.values);
  if (partition.options !== "") parts.push(partition.options);
  if (partition.subpartitions.length > 0) {
    const inner = partition.subpartitions.map((sub) => partitionDefinition("SUBPARTITION", sub));
    parts.push(`(${inner.join(", ")})`);
  }
  return parts.join(" ");
}
