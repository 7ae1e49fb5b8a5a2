import { type ObjectLists, objectLists } from "../../src/schema/kinds/all-kinds";
import type { Check, Column, ForeignKey, Index, IndexPart, Schema, Table } from "../../src/schema/model";
import type { ServerInfo } from "../../src/server/session";
import type { Random } from "./random";

/** The model, open to change. */
export type Draft<T> = { -readonly [K in keyof T]: Draft<T[K]> };

export const TABLE_NAMES = ["t1", "t2", "t3", "t4", "Orders", "we`ird", "naïve", "select"] as const;
export const COLUMN_NAMES = ["c1", "c2", "c3", "c4", "c5", "c6", "Name", "order", "o`dd", "größe"] as const;
const COMMENTS = ["", "", "", "it's", 'a "b" \\ c', "zeile\nzwei", "ünï 😀"] as const;

/** One that is not yet in use. */
export function freshName(random: Random, used: Iterable<string>, names: readonly string[]): string {
  const taken = new Set([...used].map((name) => name.toLowerCase()));
  const free = names.filter((name) => !taken.has(name.toLowerCase()));
  if (free.length > 0) return random.pick(free);
  for (let number = 1; ; number++) if (!taken.has(`n${number}`)) return `n${number}`;
}

export function randomComment(random: Random): string {
  return random.pick(COMMENTS);
}

export function randomSchema(random: Random, server: ServerInfo): Draft<Schema> {
  const schema: Draft<Schema> = {
    tables: [],
    ...(objectLists(() => []) as Draft<ObjectLists>),
    notCompared: [],
  };
  const count = 1 + random.number(4);
  for (let n = 0; n < count; n++) {
    schema.tables.push(randomTable(random, server, freshName(random, namesOf(schema.tables), TABLE_NAMES)));
  }
  return schema;
}

export function namesOf(items: readonly { readonly name: string }[]): string[] {
  return items.map(({ name }) => name);
}

export function randomTable(random: Random, server: ServerInfo, name: string): Draft<Table> {
  const collation = random.pick(COLLATIONS);
  const table: Draft<Table> = {
    name,
    columns: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    periods: [],
    engine: "InnoDB",
    charset: charsetOf(collation),
    collation,
    comment: randomComment(random),
    systemVersioned: server.family === "mariadb" && random.oneIn(8),
    options: random.oneIn(4) ? [{ name: "ROW_FORMAT", value: random.pick(["DYNAMIC", "COMPACT"]) }] : [],
    partitioning: null,
  };
  if (!random.oneIn(6)) {
    const id = {
      ...column("id", random.pick(["int", "int", "bigint unsigned"])),
      nullable: false,
      default: null,
    };
    table.columns.push({ ...id, autoIncrement: random.oneIn(2) });
    table.indexes.push({ ...index("PRIMARY", "primary"), parts: [part("id")] });
  }
  const count = 1 + random.number(5);
  for (let n = 0; n < count; n++) {
    table.columns.push(randomColumn(random, server, freshName(random, namesOf(table.columns), COLUMN_NAMES)));
  }
  return table;
}

const COLLATIONS = [
  "utf8mb4_general_ci",
  "utf8mb4_bin",
  "latin1_swedish_ci",
  "utf8mb4_unicode_ci",
  "latin2_general_ci",
  "cp1251_bin",
  "utf8mb3_general_ci",
  "sjis_japanese_ci",
] as const;

export function charsetOf(collation: string): string {
  return collation.slice(0, collation.indexOf("_"));
}

/** A nullable column without anything. */
export function column(name: string, type: string): Draft<Column> {
  return {
    name,
    type,
    charset: null,
    collation: null,
    nullable: true,
    default: "NULL",
    onUpdate: null,
    generated: null,
    autoIncrement: false,
    invisible: false,
    comment: "",
    check: null,
    attributes: [],
  };
}

export function index(name: string, kind: Index["kind"]): Draft<Index> {
  return { kind, name, parts: [], visible: true, comment: "", attributes: [] };
}

export function part(name: string): Draft<IndexPart> {
  return { column: name, length: null, descending: false, withoutOverlaps: false };
}

/** Types by what can be done with their values, with defaults that fit. */
interface TypeChoice {
  readonly types: readonly string[];
  readonly defaults: readonly string[];
}

const CHOICES: Readonly<Record<string, TypeChoice>> = {
  integer: {
    types: ["int", "int unsigned", "bigint", "bigint unsigned", "smallint", "tinyint(1)", "mediumint"],
    defaults: ["0", "1", "42"],
  },
  number: { types: ["decimal(10,2)", "decimal(12,4)", "double", "float"], defaults: ["0", "1.50"] },
  text: {
    types: ["varchar(20)", "varchar(40)", "varchar(300)", "char(3)", "char(36)"],
    defaults: ["''", "'a'", "'b''c'", "'\\\\'"],
  },
  long: { types: ["text", "mediumtext", "tinytext", "longtext"], defaults: [] },
  bytes: { types: ["varbinary(20)", "binary(4)"], defaults: ["'a'", "0x0041"] },
  blob: { types: ["blob", "mediumblob"], defaults: [] },
  date: { types: ["date"], defaults: ["'2020-02-29'", "'0000-00-00'"] },
  moment: {
    types: ["datetime", "datetime(3)", "timestamp", "timestamp(6)"],
    defaults: ["'2020-01-02 03:04:05'", "'0000-00-00 00:00:00'"],
  },
  other: { types: ["time", "time(2)"], defaults: ["'10:00:00'"] },
  year: { types: ["year"], defaults: ["2020"] },
  choice: { types: ["enum('a','b')", "enum('b','a','it''s')", "enum('a','b','c')"], defaults: ["'a'"] },
  set: { types: ["set('x','y')", "set('x','y','z')"], defaults: ["'x'", "'x,y'"] },
  bit: { types: ["bit(1)", "bit(8)"], defaults: ["b'1'"] },
  json: { types: ["json"], defaults: [] },
  geometry: { types: ["point", "geometry"], defaults: [] },
};

export type TypeClass = string;

export function classOf({ type }: Pick<Column, "type">): TypeClass {
  const found = Object.entries(CHOICES).find(([, { types }]) => types.includes(type));
  if (found !== undefined) return found[0];
  if (/^longtext/.test(type)) return "long";
  if (/^enum/.test(type)) return "choice";
  if (/int/.test(type)) return "integer";
  return "unknown";
}

export function isNumeric(candidate: Pick<Column, "type">): boolean {
  return ["integer", "number"].includes(classOf(candidate));
}

export function randomColumn(random: Random, server: ServerInfo, name: string): Draft<Column> {
  const kinds = ["integer", "integer", "integer", "text", "text", ...Object.keys(CHOICES)];
  const draft = column(name, "int");
  retype(random, draft, random.pick(kinds));
  if (random.oneIn(3)) draft.nullable = false;
  redefault(random, server, draft);
  draft.comment = randomComment(random);
  draft.invisible = random.oneIn(10);
  return draft;
}

export function retype(random: Random, draft: Draft<Column>, kind: TypeClass): void {
  draft.type = random.pick(CHOICES[kind]?.types ?? ["int"]);
  const hasCharacters = ["text", "long", "choice", "set"].includes(kind);
  draft.collation = hasCharacters && random.oneIn(3) ? random.pick(COLLATIONS) : null;
  draft.charset = draft.collation === null ? null : charsetOf(draft.collation);
  if (kind === "choice" && draft.charset === "utf8mb4" && random.oneIn(2)) draft.type = "enum('😀','a','?')";
}

export function redefault(random: Random, server: ServerInfo, draft: Draft<Column>): void {
  const kind = classOf(draft);
  draft.default = draft.nullable ? "NULL" : null;
  draft.onUpdate = null;
  if (draft.generated !== null || draft.autoIncrement) {
    draft.default = null;
    return;
  }
  const defaults = CHOICES[kind]?.defaults ?? [];
  if (defaults.length > 0 && random.oneIn(2)) draft.default = random.pick(defaults);
  if (draft.nullable && random.oneIn(12) && !["long", "blob"].includes(kind)) draft.default = null;
  const digits = /\(\d\)/.exec(draft.type)?.[0] ?? "";
  if (kind === "moment" && random.oneIn(2)) {
    draft.default = `CURRENT_TIMESTAMP${digits}`;
    if (random.oneIn(2)) draft.onUpdate = `CURRENT_TIMESTAMP${digits}`;
  }
  if (kind === "integer" && random.oneIn(6)) draft.default = random.pick(["(1 + 2)", "(length('a''b'))"]);
  if (kind === "text" && random.oneIn(6)) draft.default = "(concat('a','\\'b'))";
  if (kind === "text" && draft.charset === "utf8mb4" && draft.type !== "char(3)" && random.oneIn(2)) {
    draft.default = random.pick(["'😀?'", "(concat('😀','?'))"]);
  }
  if (kind === "json" && server.family === "mysql" && random.oneIn(2)) draft.default = "(json_array())";
  // Nothing could be inserted, and nothing that is there could be kept.
  if (kind === "moment" && !draft.nullable && draft.default === null)
    draft.default = `CURRENT_TIMESTAMP${digits}`;
}

export function randomCheck(
  random: Random,
  name: string,
  columns: readonly Draft<Column>[],
): Draft<Check> | null {
  const usable = columns.filter((candidate) => isNumeric(candidate) && !candidate.autoIncrement);
  if (usable.length === 0) return null;
  const quoted = `\`${random.pick(usable).name.replaceAll("`", "``")}\``;
  const expression = random.pick([
    `(${quoted} >= 0)`,
    `(${quoted} <> 77)`,
    `(${quoted} < 100000 or ${quoted} is null)`,
  ]);
  return { name, expression, enforced: true };
}

export function randomForeignKey(
  random: Random,
  name: string,
  child: Draft<Table>,
  parent: Draft<Table>,
): Draft<ForeignKey> | null {
  const target = parent.indexes.find(({ kind }) => kind === "primary" || kind === "unique");
  const first = target?.parts[0];
  if (target?.parts.length !== 1 || first === undefined || !("column" in first)) return null;
  const referenced = parent.columns.find((candidate) => candidate.name === first.column);
  const own = child.columns.filter(
    (candidate) =>
      candidate.type === referenced?.type && !candidate.autoIncrement && candidate.generated === null,
  );
  if (referenced === undefined || own.length === 0) return null;
  return {
    name,
    columns: [random.pick(own).name],
    referencedDatabase: null,
    referencedTable: parent.name,
    referencedColumns: [referenced.name],
    onDelete: random.pick([null, null, "CASCADE", "SET NULL"]),
    onUpdate: random.pick([null, null, "CASCADE"]),
  };
}
