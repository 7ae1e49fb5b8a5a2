import type { Partition, Schema, Table } from "../../src/schema/model";
import type { Renames } from "../../src/schema/renames";
import type { ServerInfo } from "../../src/server/session";
import { quoteIdentifier } from "../../src/syntax/quote";
import type { Random } from "./random";
import {
  COLUMN_NAMES,
  charsetOf,
  classOf,
  column,
  type Draft,
  freshName,
  index,
  isNumeric,
  namesOf,
  part,
  randomCheck,
  randomColumn,
  randomComment,
  randomForeignKey,
  randomTable,
  redefault,
  retype,
  TABLE_NAMES,
} from "./random-schema";

/** A schema on its way from A to B, with the names that things had in A. */
export interface Evolving {
  readonly schema: Draft<Schema>;
  readonly server: ServerInfo;
  /** Table names now, to those before; new tables are absent. */
  readonly tables: Map<string, string>;
  /** By table name now: column names now, to those before. */
  readonly columns: Map<string, Map<string, string>>;
}

export function evolving(schema: Schema, server: ServerInfo): Evolving {
  return {
    schema: structuredClone(schema) as Draft<Schema>,
    server,
    tables: new Map(schema.tables.map(({ name }) => [name, name])),
    columns: new Map(
      schema.tables.map(({ name, columns }) => [
        name,
        new Map(columns.map((column) => [column.name, column.name])),
      ]),
    ),
  };
}

/** The renames among the changes, as schema.sql would declare them. */
export function renamesOf({ tables, columns }: Evolving): Renames {
  return {
    constraints: [],
    tables: [...tables].flatMap(([to, from]) => (to === from ? [] : [{ from, to }])),
    columns: [...columns].flatMap(([table, names]) =>
      [...names].flatMap(([to, from]) => (to === from ? [] : [{ table, from, to }])),
    ),
  };
}

/** What depends on other things being there, or has the most ways to go wrong. */
const OFTEN = [
  "addForeignKey",
  "addForeignKey",
  "addForeignKey",
  "addIndex",
  "addIndex",
  "partitions",
  "generated",
  "trigger",
];

type Mutation = (state: Evolving, random: Random) => void;

/** Changes something, or nothing when what it would change is not there. @returns the mutation's name */
export function mutate(state: Evolving, random: Random): string {
  const names = Object.keys(MUTATIONS);
  const name = random.pick([...names, ...OFTEN, ...OFTEN]);
  const mutation = MUTATIONS[name];
  if (mutation === undefined) throw new Error(`no mutation ${name}`);
  mutation(state, random);
  return name;
}

function onTable(body: (table: Draft<Table>, state: Evolving, random: Random) => void): Mutation {
  return (state, random) => {
    if (state.schema.tables.length > 0) body(random.pick(state.schema.tables), state, random);
  };
}

function toggle(
  options: Draft<Table>["options"],
  name: string,
  values: readonly string[],
  random: Random,
): void {
  const at = options.findIndex((option) => option.name === name);
  if (at >= 0) options.splice(at, 1);
  if (at < 0 || random.oneIn(2)) options.push({ name, value: random.pick(values) });
}

const quoted = quoteIdentifier;

/** Null is whoever reads. Nobody by the other name is there, so nothing that runs may have it. */
const DEFINERS = [null, null, null, "`some``body`@`%`"] as const;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  addTable: ({ schema, server }, random) => {
    schema.tables.push(randomTable(random, server, freshName(random, namesOf(schema.tables), TABLE_NAMES)));
  },
  dropTable: onTable((table, state) => {
    state.schema.tables.splice(state.schema.tables.indexOf(table), 1);
    state.tables.delete(table.name);
    state.columns.delete(table.name);
  }),
  renameTable: onTable((table, state, random) => {
    const { schema, tables, columns } = state;
    const used = [...namesOf(schema.tables), ...tables.values(), ...namesOf(schema.views)];
    const name = freshName(random, used, ["renamed1", "renamed2", "new`name"]);
    for (const other of schema.tables) {
      for (const key of other.foreignKeys) if (key.referencedTable === table.name) key.referencedTable = name;
    }
    for (const trigger of schema.triggers) if (trigger.table === table.name) trigger.table = name;
    for (const view of schema.views) {
      view.definition = view.definition.replaceAll(quoted(table.name), quoted(name));
      view.uses = view.uses.map((used) => (used === table.name ? name : used));
    }
    const was = tables.get(table.name);
    if (was !== undefined) {
      tables.delete(table.name);
      tables.set(name, was);
      columns.set(name, columns.get(table.name) ?? new Map<string, string>());
      columns.delete(table.name);
    }
    table.name = name;
  }),
  tableComment: onTable((table, _state, random) => {
    table.comment = randomComment(random);
  }),
  engine: onTable((table, { server }, random) => {
    table.engine = random.pick(["InnoDB", "InnoDB", server.family === "mysql" ? "MyISAM" : "Aria"]);
  }),
  tableCollation: onTable((table, _state, random) => {
    table.collation = random.pick(["utf8mb4_general_ci", "latin1_swedish_ci", "utf8mb4_bin"]);
    table.charset = charsetOf(table.collation);
  }),
  rowFormat: onTable((table, _state, random) => {
    toggle(table.options, "ROW_FORMAT", ["DYNAMIC", "COMPACT", "COMPRESSED", "REDUNDANT"], random);
  }),
  statistics: onTable((table, _state, random) => {
    toggle(table.options, "STATS_PERSISTENT", ["0", "1"], random);
    toggle(table.options, "MAX_ROWS", ["100", "1000"], random);
  }),
  versioning: onTable((table, { server }) => {
    if (server.family === "mariadb") table.systemVersioned = !table.systemVersioned;
  }),
  addColumn: onTable((table, { server }, random) => {
    const name = freshName(random, namesOf(table.columns), COLUMN_NAMES);
    table.columns.splice(random.number(table.columns.length + 1), 0, randomColumn(random, server, name));
  }),
  dropColumn: onTable((table, { columns }, random) => {
    const [gone] = table.columns.splice(random.number(table.columns.length), 1);
    if (gone !== undefined) columns.get(table.name)?.delete(gone.name);
  }),
  renameColumn: onTable((table, { schema, columns }, random) => {
    const column = random.pick(table.columns);
    const names = columns.get(table.name);
    const used = [...namesOf(table.columns), ...(names?.values() ?? [])];
    const name = freshName(random, used, ["r1", "r2", "r`3"]);
    renameColumn(table, schema, column.name, name);
    const was = names?.get(column.name);
    names?.delete(column.name);
    if (was !== undefined) names?.set(name, was);
    column.name = name;
  }),
  /** Two columns trade their names, as declarations of a rename can say. */
  exchangeColumns: onTable((table, { schema, columns }, random) => {
    const [one, other] = [random.pick(table.columns), random.pick(table.columns)];
    const names = columns.get(table.name);
    const [was, wasOther] = [names?.get(one.name), names?.get(other.name)];
    if (one === other || names === undefined || was === undefined || wasOther === undefined) return;
    const [name, otherName] = [one.name, other.name];
    renameColumn(table, schema, name, "between");
    renameColumn(table, schema, otherName, name);
    renameColumn(table, schema, "between", otherName);
    one.name = otherName;
    other.name = name;
    names.set(otherName, was);
    names.set(name, wasOther);
  }),
  moveColumn: onTable((table, _state, random) => {
    const [moved] = table.columns.splice(random.number(table.columns.length), 1);
    if (moved !== undefined) table.columns.splice(random.number(table.columns.length + 1), 0, moved);
  }),
  columnType: onTable((table, { server }, random) => {
    const column = random.pick(table.columns);
    const kind = random.oneIn(3)
      ? random.pick(["integer", "text", "number", "long", "moment"])
      : classOf(column);
    retype(random, column, kind);
    redefault(random, server, column);
  }),
  columnNull: onTable((table, { server }, random) => {
    const column = random.pick(table.columns);
    column.nullable = !column.nullable;
    redefault(random, server, column);
  }),
  columnDefault: onTable((table, { server }, random) =>
    redefault(random, server, random.pick(table.columns)),
  ),
  columnComment: onTable((table, _state, random) => {
    random.pick(table.columns).comment = randomComment(random);
  }),
  columnCollation: onTable((table, _state, random) => {
    const column = random.pick(table.columns);
    column.collation = random.pick(["utf8mb4_bin", "latin1_swedish_ci", "utf8mb4_unicode_ci", null]);
    column.charset = column.collation === null ? null : charsetOf(column.collation);
  }),
  columnVisibility: onTable((table, _state, random) => {
    const column = random.pick(table.columns);
    column.invisible = !column.invisible;
  }),
  autoIncrement: onTable((table) => {
    const id = table.columns.find(({ name }) => name === "id");
    if (id !== undefined) id.autoIncrement = !id.autoIncrement;
    if (id !== undefined) id.default = null;
  }),
  columnCheck: onTable((table, { server }, random) => {
    if (server.family !== "mariadb") return;
    const column = random.pick(table.columns);
    column.check = column.check === null && isNumeric(column) ? `(${quoted(column.name)} <> 66)` : null;
  }),
  sequenceDefault: onTable((table, { schema }, random) => {
    const column = random.pick(table.columns);
    if (schema.sequences.length === 0 || classOf(column) !== "integer") return;
    column.default = `nextval(${quoted(random.pick(schema.sequences).name)})`;
  }),
  generated: onTable((table, _state, random) => {
    const sources = table.columns.filter(
      (column) => isNumeric(column) && column.generated === null && !column.autoIncrement,
    );
    if (sources.length === 0) return;
    const candidates = table.columns.filter(({ name }) => name !== "id");
    const existing = candidates.filter((column) => column.generated !== null);
    const name = freshName(random, namesOf(table.columns), ["g1", "g2", "g3"]);
    const target = existing.length > 0 && random.oneIn(2) ? random.pick(existing) : null;
    const source = random.pick(sources);
    if (target !== null && random.oneIn(4)) {
      target.generated = null;
      target.default = target.nullable ? "NULL" : null;
      return;
    }
    const expression = `(${quoted(source.name)} ${random.pick(["+ 1", "* 2", "+ length('a')"])})`;
    const generated = { expression, stored: random.oneIn(2) };
    if (target !== null) target.generated = generated;
    else {
      const column = {
        ...randomColumn(random, _state.server, name),
        type: random.pick(["int", "bigint"]),
        generated,
      };
      table.columns.splice(random.number(table.columns.length + 1), 0, column);
    }
  }),
  addIndex: onTable((table, { server }, random) => {
    const kind = random.pick(["key", "key", "key", "unique", "fulltext", "spatial"] as const);
    const added = index(
      freshName(random, namesOf(table.indexes), ["k1", "k2", "k3", "k4", "Key", "k`5"]),
      kind,
    );
    const count = 1 + random.number(3);
    for (let n = 0; n < count; n++) {
      const column = random.pick(table.columns);
      if (server.family === "mysql" && random.oneIn(5)) {
        added.parts.push({ expression: `(${quoted(column.name)} + ${n})`, descending: random.oneIn(3) });
      } else {
        const length = random.oneIn(4) ? 2 : null;
        added.parts.push({
          column: column.name,
          length,
          descending: random.oneIn(4),
          withoutOverlaps: false,
        });
      }
    }
    if (random.oneIn(4)) added.comment = randomComment(random);
    added.visible = !random.oneIn(5);
    table.indexes.push(added);
  }),
  dropIndex: onTable((table, _state, random) => {
    table.indexes.splice(random.number(table.indexes.length), 1);
  }),
  moveIndex: onTable((table, _state, random) => {
    const [moved] = table.indexes.splice(random.number(table.indexes.length), 1);
    if (moved !== undefined) table.indexes.splice(random.number(table.indexes.length + 1), 0, moved);
  }),
  fulltexts: onTable((table, _state, random) => {
    for (const { name } of table.columns.filter((each) => ["text", "long"].includes(classOf(each)))) {
      const added = index(freshName(random, namesOf(table.indexes), ["f1", "f2", "f3"]), "fulltext");
      table.indexes.push({ ...added, parts: [part(name)] });
    }
  }),
  renameIndex: onTable((table, _state, random) => {
    const others = table.indexes.filter(({ kind }) => kind !== "primary");
    if (others.length > 0)
      random.pick(others).name = freshName(random, namesOf(table.indexes), ["rk1", "rk2", "rk3"]);
  }),
  indexVisibility: onTable((table, _state, random) => {
    const others = table.indexes.filter(({ kind }) => kind !== "primary");
    if (others.length === 0) return;
    const chosen = random.pick(others);
    chosen.visible = !chosen.visible;
  }),
  indexParts: onTable((table, _state, random) => {
    if (table.indexes.length === 0) return;
    const chosen = random.pick(table.indexes);
    if (random.oneIn(2)) chosen.parts.reverse();
    else chosen.parts.push(part(random.pick(table.columns).name));
  }),
  indexKind: onTable((table, _state, random) => {
    const others = table.indexes.filter(({ kind }) => kind === "key" || kind === "unique");
    if (others.length > 0) random.pick(others).kind = random.pick(["key", "unique"]);
  }),
  primaryKey: onTable((table, _state, random) => {
    const at = table.indexes.findIndex(({ kind }) => kind === "primary");
    if (at >= 0) table.indexes.splice(at, 1);
    if (at >= 0 && random.oneIn(3)) return;
    const added = index("PRIMARY", "primary");
    added.parts.push(part(random.pick(table.columns).name));
    if (random.oneIn(2)) added.parts.push(part("id"));
    table.indexes.unshift(added);
  }),
  addForeignKey: onTable((table, { schema }, random) => {
    const used = schema.tables.flatMap(({ foreignKeys }) => namesOf(foreignKeys));
    const generated = `${table.name}_ibfk_${1 + random.number(3)}`;
    const name = freshName(random, used, random.oneIn(3) ? [generated] : ["fk1", "fk2", "fk3"]);
    const parent = random.pick(schema.tables);
    const id = parent.columns.find((candidate) => candidate.name === "id");
    if (id !== undefined && random.oneIn(2)) {
      const added = column(freshName(random, namesOf(table.columns), ["p1", "p2", "p3"]), id.type);
      table.columns.splice(random.number(table.columns.length + 1), 0, added);
    }
    const key = randomForeignKey(random, name, table, parent);
    if (key !== null) table.foreignKeys.push(key);
  }),
  /** Two tables that refer to each other. */
  circle: ({ schema }, random) => {
    const tables = schema.tables.filter(({ columns }) => columns.some(({ name }) => name === "id"));
    if (tables.length < 2) return;
    const [one, other] = [random.pick(tables), random.pick(tables)];
    for (const [child, parent] of [
      [one, other],
      [other, one],
    ] as const) {
      const type = parent.columns.find(({ name }) => name === "id")?.type ?? "int";
      child.columns.push(column(freshName(random, namesOf(child.columns), ["z1", "z2"]), type));
      const used = schema.tables.flatMap(({ foreignKeys }) => namesOf(foreignKeys));
      const key = randomForeignKey(
        random,
        freshName(random, used, ["round1", "round2", "round`3"]),
        child,
        parent,
      );
      if (key !== null) child.foreignKeys.push(key);
    }
  },
  dropForeignKey: onTable((table, _state, random) => {
    table.foreignKeys.splice(random.number(table.foreignKeys.length), 1);
  }),
  foreignKeyAction: onTable((table, _state, random) => {
    if (table.foreignKeys.length > 0)
      random.pick(table.foreignKeys).onDelete = random.pick([null, "CASCADE"]);
  }),
  addCheck: onTable((table, { schema, server }, random) => {
    const used = schema.tables.flatMap(({ checks }) => namesOf(checks));
    const generated = server.family === "mysql" ? `${table.name}_chk_1` : "CONSTRAINT_1";
    const name = freshName(random, used, random.oneIn(3) ? [generated] : ["chk1", "chk2", "chk`3"]);
    const check = randomCheck(random, name, table.columns);
    if (check !== null) table.checks.push(check);
  }),
  dropCheck: onTable((table, _state, random) => {
    table.checks.splice(random.number(table.checks.length), 1);
  }),
  alterCheck: onTable((table, _state, random) => {
    if (table.checks.length === 0) return;
    const check = random.pick(table.checks);
    if (random.oneIn(2)) check.enforced = !check.enforced;
    else check.expression = randomCheck(random, check.name, table.columns)?.expression ?? check.expression;
  }),
  partitions: onTable((table, _state, random) => {
    if (table.partitioning !== null && random.oneIn(4)) {
      table.partitioning = null;
      return;
    }
    const column = table.columns.find(({ name }) => name === "id") ?? random.pick(table.columns);
    const by = quoted(column.name);
    const none = { subpartitionBy: null, subpartitionCount: null };
    const named = (name: string, values: string): Draft<Partition> => ({
      name,
      values,
      options: random.oneIn(6) ? "COMMENT = 'it''s'" : "",
      subpartitions: [],
    });
    const bounds = [5, 10, 20, 50, 100].filter(() => !random.oneIn(3));
    switch (random.number(4)) {
      case 0:
        table.partitioning = { by: `HASH (${by})`, count: 1 + random.number(4), partitions: [], ...none };
        return;
      case 1:
        table.partitioning = { by: `KEY (${by})`, count: 2 + random.number(3), partitions: [], ...none };
        return;
      case 2: {
        const ranges = bounds.map((bound) => named(`p${bound}`, `VALUES LESS THAN (${bound})`));
        if (ranges.length === 0 || random.oneIn(2)) ranges.push(named("pmax", "VALUES LESS THAN MAXVALUE"));
        table.partitioning = { by: `RANGE (${by})`, count: null, partitions: ranges, ...none };
        if (random.oneIn(4)) {
          table.partitioning.subpartitionBy = `HASH (${by})`;
          table.partitioning.subpartitionCount = 2;
        }
        return;
      }
      default: {
        const lists = bounds.map((bound, at) =>
          named(`l${bound}`, `VALUES IN (${at * 3},${at * 3 + 1},${at * 3 + 2})`),
        );
        if (lists.length > 0)
          table.partitioning = { by: `LIST (${by})`, count: null, partitions: lists, ...none };
      }
    }
  }),
  view: ({ schema }, random) => {
    const at = random.number(schema.views.length + 2);
    if (at < schema.views.length && random.oneIn(2)) {
      schema.views.splice(at, 1);
      return;
    }
    const sources = [
      ...schema.tables.map(({ name, columns }) => ({ name, columns: namesOf(columns) })),
      ...schema.views.map(({ name }) => ({ name, columns: ["x1"] })),
    ];
    const existing = schema.views[at];
    const name =
      existing?.name ??
      freshName(random, [...namesOf(schema.tables), ...namesOf(schema.views)], ["v1", "v2", "v3"]);
    const usable = sources.filter((candidate) => candidate.name < name || candidate.name.startsWith("t"));
    if (usable.length === 0) return;
    const source = random.pick(usable);
    const selected = random.pick(source.columns);
    const check = random.oneIn(4) ? " WITH CASCADED CHECK OPTION" : "";
    const added = {
      name,
      definer: null,
      algorithm: random.pick(["UNDEFINED", "MERGE"]),
      security: random.pick(["DEFINER", "INVOKER"]),
      definition: `AS select ${quoted(source.name)}.${quoted(selected)} AS \`x1\` from ${quoted(source.name)} where 1 = 1${check}`,
      uses: [source.name],
    };
    if (existing === undefined) schema.views.push(added);
    else schema.views[at] = added;
  },
  trigger: ({ schema }, random) => {
    const { triggers } = schema;
    const at = random.number(triggers.length + 2);
    const existing = triggers[at];
    if (existing !== undefined) {
      const [moved] = triggers.splice(at, 1);
      if (moved !== undefined && random.oneIn(2))
        triggers.splice(random.number(triggers.length + 1), 0, moved);
      return;
    }
    const table = schema.tables[random.number(schema.tables.length)];
    const target = table?.columns.find((column) => isNumeric(column) && column.generated === null);
    if (table === undefined || target === undefined) return;
    const body = random.pick([
      `SET NEW.${quoted(target.name)} = 5`,
      `BEGIN\n  -- it's;\n  SET @x = 'a;b';\n  SET NEW.${quoted(target.name)} = 6;\nEND`,
      "SET @y = 1 -- the end",
    ]);
    triggers.splice(random.number(triggers.length + 1), 0, {
      name: freshName(random, namesOf(triggers), ["tr1", "tr2", "tr3", "tr4", "tr`5"]),
      definer: null,
      sqlMode: random.oneIn(5) ? "ANSI_QUOTES" : null,
      table: table.name,
      timing: "BEFORE",
      event: random.pick(["INSERT", "UPDATE"]),
      body,
    });
  },
  routine: ({ schema }, random) => {
    const { routines } = schema;
    const at = random.number(routines.length + 2);
    const existing = routines[at];
    if (existing !== undefined && random.oneIn(2)) {
      routines.splice(at, 1);
      return;
    }
    if (existing?.type.startsWith("package") === true) return;
    const type = existing?.type ?? random.pick(["procedure", "function"]);
    const name = existing?.name ?? freshName(random, namesOf(routines), ["r1", "r2", "r`3"]);
    const number = random.number(5);
    const definition =
      type === "procedure"
        ? `(IN a int, OUT b varchar(10))\n    COMMENT 'it''s ${number}'\nBEGIN\n  /* hi; */ SELECT a + ${number} INTO b;\nEND`
        : `(x int) RETURNS int\n    DETERMINISTIC\n    SQL SECURITY INVOKER\nRETURN x + ${number}`;
    const added = {
      name,
      type,
      definition,
      definer: random.pick(DEFINERS),
      aggregate: false,
      sqlMode: random.oneIn(5) ? "ANSI_QUOTES" : null,
    };
    if (existing === undefined) routines.push(added);
    else routines[at] = added;
  },
  package: ({ schema, server }, random) => {
    if (server.family !== "mariadb") return;
    const { routines } = schema;
    const name = random.pick(["pk1", "pk`2"]);
    const isPart = (type: string) => (each: { type: string; name: string }) =>
      each.type === type && each.name === name;
    const body = routines.findIndex(isPart("package body"));
    if (body >= 0) routines.splice(body, 1);
    const outside = routines.findIndex(isPart("package"));
    if (outside >= 0 && random.oneIn(3)) {
      routines.splice(outside, 1);
      return;
    }
    const more = { name, aggregate: false, sqlMode: "ORACLE", definer: random.pick(DEFINERS) };
    const shown = random.oneIn(2) ? "  FUNCTION g RETURN INT;\n" : "";
    const definition = ` AS\n  FUNCTION f RETURN INT;\n${shown}END`;
    if (outside < 0) routines.push({ ...more, type: "package", definition });
    else if (random.oneIn(2)) routines[outside] = { ...more, type: "package", definition };
    if (random.oneIn(4)) return;
    const functions = ["f", "g"].map(
      (each) => `  FUNCTION ${each} RETURN INT AS BEGIN RETURN ${random.number(5)}; END;\n`,
    );
    routines.push({ ...more, type: "package body", definition: ` AS\n${functions.join("")}END` });
  },
  event: ({ schema }, random) => {
    const { events } = schema;
    const at = random.number(events.length + 2);
    const existing = events[at];
    if (existing !== undefined && random.oneIn(3)) {
      events.splice(at, 1);
      return;
    }
    const starts = random.oneIn(2) ? " STARTS '2036-01-01 00:00:00'" : "";
    const added = {
      name: existing?.name ?? freshName(random, namesOf(events), ["e1", "e2", "e`3"]),
      definer: random.pick(DEFINERS),
      sqlMode: random.oneIn(6) ? "ANSI_QUOTES" : null,
      timeZone: random.oneIn(6) ? "+03:00" : null,
      schedule: random.pick([`EVERY ${1 + random.number(3)} DAY${starts}`, "AT '2037-01-01 00:00:00'"]),
      delay: null,
      preserve: random.oneIn(2),
      status: random.pick(["ENABLE", "DISABLE"]),
      comment: randomComment(random),
      body: random.pick(["SELECT 1", "BEGIN\n  SET @x = 1;\nEND"]),
    };
    if (existing === undefined) events.push(added);
    else events[at] = added;
  },
  sequence: ({ schema, server }, random) => {
    if (server.family !== "mariadb") return;
    const { sequences } = schema;
    const at = random.number(sequences.length + 2);
    const existing = sequences[at];
    if (existing !== undefined && random.oneIn(2)) {
      sequences.splice(at, 1);
      return;
    }
    const added = {
      name: existing?.name ?? freshName(random, namesOf(sequences), ["s1", "s2", "s`3"]),
      start: String(1 + random.number(5)),
      minimum: "1",
      maximum: random.pick(["9223372036854775806", "10000"]),
      increment: String(1 + random.number(3)),
      cache: random.pick(["1000", "0", "20"]),
      cycle: random.oneIn(2),
      engine: random.pick(["InnoDB", "InnoDB", "Aria"]),
      comment: randomComment(random),
      type: null,
    };
    if (existing === undefined) sequences.push(added);
    else sequences[at] = added;
  },
};

function renameColumn(table: Draft<Table>, schema: Draft<Schema>, from: string, to: string): void {
  const inText = (text: string): string => text.replaceAll(quoted(from), quoted(to));
  for (const column of table.columns) {
    if (column.generated !== null) column.generated.expression = inText(column.generated.expression);
    if (column.check !== null) column.check = inText(column.check);
    if (column.default?.includes("nextval") === false) column.default = inText(column.default);
  }
  for (const { parts } of table.indexes) {
    for (const each of parts) {
      if ("column" in each) each.column = each.column === from ? to : each.column;
      else each.expression = inText(each.expression);
    }
  }
  for (const check of table.checks) check.expression = inText(check.expression);
  if (table.partitioning !== null) {
    table.partitioning.by = inText(table.partitioning.by);
    table.partitioning.subpartitionBy =
      table.partitioning.subpartitionBy === null ? null : inText(table.partitioning.subpartitionBy);
  }
  for (const other of schema.tables) {
    for (const key of other.foreignKeys) {
      if (other === table) key.columns = key.columns.map((name) => (name === from ? to : name));
      if (key.referencedTable === table.name) {
        key.referencedColumns = key.referencedColumns.map((name) => (name === from ? to : name));
      }
    }
  }
  for (const trigger of schema.triggers)
    if (trigger.table === table.name) trigger.body = inText(trigger.body);
  for (const view of schema.views)
    if (view.uses.includes(table.name)) view.definition = inText(view.definition);
}
