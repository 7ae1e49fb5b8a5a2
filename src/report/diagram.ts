import type { ChangedTable, Difference, Mark, ReportedColumn, ReportedTable } from "./model";

/** Tables and their relations, before the layout. */
export interface Diagram {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

/** A table, a view or a group of tables. */
export interface Box {
  /** Name of the table or the group: unique within a diagram. */
  readonly name: string;
  readonly kind: ReportedTable["kind"] | "group" | "elsewhere";
  /** `3 tables`, `another database`; empty. */
  readonly note: string;
  readonly rows: readonly BoxRow[];
  /** Rows that are not shown. */
  readonly hidden: number;
  readonly mark: Mark | null;
}

export interface BoxRow {
  readonly name: string;
  readonly type: string;
  readonly key: ReportedColumn["key"];
  readonly mark: Mark | null;
}

/** From a table to the one that its foreign key, or its query, refers to. */
export interface Edge {
  readonly from: string;
  /** The row it starts at; null: the box as a whole. */
  readonly fromRow: string | null;
  readonly to: string;
  readonly toRow: string | null;
  readonly kind: "key" | "uses" | "between groups";
  /** In words, for the reader who points at it. */
  readonly label: string;
  readonly mark: Mark | null;
}

/** A table with more columns shows only some, first those in keys, and says how many it leaves out. */
const MOST_ROWS = 14;

/**
 * A diagram of these tables.
 * @param others other tables, shown only by name when something refers to them
 */
export function diagramOf(tables: readonly ReportedTable[], others: readonly ReportedTable[] = []): Diagram {
  const inside = new Set(tables.map(({ name }) => name));
  const known = new Map(others.map((table) => [table.name, table]));
  const edges = tables.flatMap(edgesFrom).filter(({ to }) => inside.has(to) || known.has(to));
  const around = new Set(edges.flatMap(({ to }) => (inside.has(to) ? [] : [to])));
  const boxes = tables.map((table) => tableBox(table));
  const names = [...around].sort();
  const elsewhere = names.map(
    (name): Box => ({
      ...EMPTY,
      name,
      kind: "elsewhere",
      note: "in another group",
    }),
  );
  return { boxes: [...boxes, ...elsewhere], edges: edges.map((edge) => withRows(edge, inside, boxes)) };
}

const EMPTY = { note: "", rows: [], hidden: 0, mark: null } as const;

function tableBox(table: ReportedTable): Box {
  const { name, kind, columns } = table;
  const shown = shownColumns(columns);
  const rows = shown.map(({ name: column, type, key }): BoxRow => ({ name: column, type, key, mark: null }));
  const note = kind === "table" ? "" : kind;
  return { ...EMPTY, name, kind, note, rows, hidden: columns.length - rows.length };
}

/** The shown columns, in their original order. */
function shownColumns(columns: readonly ReportedColumn[]): readonly ReportedColumn[] {
  if (columns.length <= MOST_ROWS) return columns;
  const isKey = ({ key }: ReportedColumn): boolean => key === "primary" || key === "foreign";
  const chosen = new Set(
    [...columns.filter(isKey), ...columns.filter((column) => !isKey(column))].slice(0, MOST_ROWS - 1),
  );
  return columns.filter((column) => chosen.has(column));
}

function edgesFrom(table: ReportedTable): readonly Edge[] {
  const keys = table.references
    .filter(({ database }) => database === null)
    .map((key): Edge => {
      const on = key.columns.join(", ");
      return {
        from: table.name,
        fromRow: key.columns[0] ?? null,
        to: key.table,
        toRow: key.referencedColumns[0] ?? null,
        kind: "key",
        label: `${table.name} (${on}) → ${key.table} (${key.referencedColumns.join(", ")})${key.actions === "" ? "" : ` ${key.actions}`}`,
        mark: null,
      };
    });
  const uses = table.uses.map((to): Edge => {
    const label = `view ${table.name} → ${to}`;
    return { from: table.name, fromRow: null, to, toRow: null, kind: "uses", label, mark: null };
  });
  return [...keys, ...uses];
}

/** If a row is not shown, or the box has no rows, the edge ends at the box itself. */
function withRows(edge: Edge, inside: ReadonlySet<string>, boxes: readonly Box[]): Edge {
  const row = (box: string, name: string | null): string | null => {
    if (name === null || !inside.has(box)) return null;
    const rows = boxes.find((each) => each.name === box)?.rows ?? [];
    return rows.some((each) => each.name === name) ? name : null;
  };
  return { ...edge, fromRow: row(edge.from, edge.fromRow), toRow: row(edge.to, edge.toRow) };
}

/** The changed tables, and by name only those that they refer to or that refer to them. */
export function diagramOfDifference({ tables }: Pick<Difference, "tables">): Diagram {
  const changed = new Map(tables.map((table) => [table.name, table]));
  const plain = diagramOf(
    tables.map(({ table }) => table),
    around(tables.map(({ table }) => table)),
  );
  const boxes = plain.boxes.map((box): Box => {
    const change = changed.get(box.name);
    if (change === undefined) return { ...box, note: "unchanged" };
    const rows = changedRows(change);
    const hidden = change.table.columns.length - rows.filter(({ mark }) => mark !== "dropped").length;
    return { ...box, mark: change.mark, rows, hidden: change.mark === "dropped" ? 0 : Math.max(0, hidden) };
  });
  const edges = plain.edges.map((edge) =>
    withRows({ ...edge, mark: edgeMark(edge, changed) }, new Set(boxes.map(({ name }) => name)), boxes),
  );
  return { boxes, edges };
}

function around(tables: readonly ReportedTable[]): readonly ReportedTable[] {
  const first = tables[0];
  if (first === undefined) return [];
  const names = new Set(
    tables.flatMap(({ references, uses }) => [...references.map(({ table }) => table), ...uses]),
  );
  for (const { name } of tables) names.delete(name);
  return [...names].map((name) => ({ ...first, name, references: [], uses: [] }));
}

function changedRows({ mark, columns, table }: ChangedTable): readonly BoxRow[] {
  const key = (name: string): BoxRow["key"] =>
    table.columns.find((column) => column.name === name)?.key ?? null;
  if (mark === "dropped")
    return columns.slice(0, MOST_ROWS).map(({ name, type }) => ({ name, type, key: key(name), mark }));
  return columns.slice(0, MOST_ROWS * 2).map(({ name, type, mark: becomes, note }) => ({
    name,
    // Also in words, since not everybody sees the colours.
    type: mark === "added" ? type : `${becomes} ${type}${note === "" ? "" : ` (${note})`}`,
    key: key(name),
    mark: becomes,
  }));
}

function edgeMark(edge: Edge, changed: ReadonlyMap<string, ChangedTable>): Mark | null {
  const from = changed.get(edge.from);
  if (from === undefined) return null;
  if (from.mark !== "changed") return from.mark;
  const key = from.table.references.find(
    ({ table, columns }) =>
      table === edge.to && edge.label.startsWith(`${from.name} (${columns.join(", ")})`),
  );
  return from.notes.includes(`foreign key ${key?.name} added`) ? "added" : null;
}
