import { isDeepStrictEqual } from "node:util";
import type { DescribedSchema } from "./describe";
import type {
  ChangedColumn,
  ChangedTable,
  Difference,
  Mark,
  ReportedColumn,
  ReportedProgram,
  ReportedTable,
} from "./model";

/**
 * What changes from one schema to another, in tables and everything else. Names identify things: a renamed one counts
 * as dropped and added.
 */
export function differenceOf(
  from: DescribedSchema,
  to: DescribedSchema,
): Pick<Difference, "tables" | "others"> {
  const before = new Map(from.tables.map((table) => [table.name, table]));
  const after = new Map(to.tables.map((table) => [table.name, table]));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const tables = names.flatMap((name) => changedTable(before.get(name) ?? null, after.get(name) ?? null));
  return { tables, others: changedPrograms(from.programs, to.programs) };
}

function changedTable(before: ReportedTable | null, after: ReportedTable | null): ChangedTable[] {
  if (before === null && after === null) return [];
  const [mark, table]: [Mark, ReportedTable] =
    before === null
      ? ["added", after as ReportedTable]
      : after === null
        ? ["dropped", before]
        : ["changed", after];
  if (mark !== "changed" || before === null || after === null) {
    const columns = table.columns.map(({ name, type }) => ({ name, type, mark, note: "" }));
    return [{ name: table.name, mark, columns, notes: [], table }];
  }
  const columns = changedColumns(before.columns, after.columns);
  const notes = notesOf(before, after);
  if (columns.length === 0 && notes.length === 0) return [];
  return [{ name: table.name, mark, columns, notes, table }];
}

function changedColumns(
  before: readonly ReportedColumn[],
  after: readonly ReportedColumn[],
): readonly ChangedColumn[] {
  const old = new Map(before.map((column) => [column.name, column]));
  const now = new Set(after.map(({ name }) => name));
  const kept = after.flatMap((column): ChangedColumn[] => {
    const { name, type } = column;
    const was = old.get(name);
    if (was === undefined) return [{ name, type, mark: "added", note: "" }];
    const note = columnNote(was, column);
    return note === "" ? [] : [{ name, type, mark: "changed", note }];
  });
  const gone = before
    .filter(({ name }) => !now.has(name))
    .map(({ name, type }): ChangedColumn => ({ name, type, mark: "dropped", note: "" }));
  return [...kept, ...gone];
}

/** What a column was, where that has changed; its part in keys is reported with the keys. */
function columnNote(was: ReportedColumn, is: ReportedColumn): string {
  const notes = [
    was.type === is.type ? "" : `was ${was.type}`,
    was.nullable === is.nullable ? "" : was.nullable ? "was nullable" : "was NOT NULL",
    was.default === is.default ? "" : was.default === null ? "had no default" : `default was ${was.default}`,
    was.more === is.more ? "" : was.more === "" ? `now ${is.more}` : `was ${was.more}`,
    was.comment === is.comment ? "" : "comment changed",
  ];
  return notes.filter((note) => note !== "").join(", ");
}

function notesOf(before: ReportedTable, after: ReportedTable): readonly string[] {
  const other = [
    before.kind === after.kind ? "" : `was a ${before.kind}`,
    before.comment === after.comment ? "" : "comment changed",
    before.storage === after.storage ? "" : `was ${before.storage}`,
    before.kind === "table" || before.definition === after.definition ? "" : "definition changed",
  ];
  return [
    ...namedNotes("index", before.indexes, after.indexes),
    ...namedNotes("foreign key", before.references, after.references),
    ...namedNotes("check", before.checks, after.checks),
    ...namedNotes("trigger", before.triggers, after.triggers),
    ...other.filter((note) => note !== ""),
  ];
}

function namedNotes<T extends { readonly name: string }>(
  noun: string,
  before: readonly T[],
  after: readonly T[],
): readonly string[] {
  return compareNamed(before, after, ({ name }) => name).map(
    ({ mark, item }) => `${noun} ${item.name} ${mark}`,
  );
}

function changedPrograms(
  before: readonly ReportedProgram[],
  after: readonly ReportedProgram[],
): Difference["others"] {
  const label = ({ kind, name }: ReportedProgram): string => `${kind} ${name}`;
  return compareNamed(before, after, label).map(({ mark, item }) => ({ mark, what: label(item) }));
}

function compareNamed<T>(
  before: readonly T[],
  after: readonly T[],
  name: (item: T) => string,
): readonly { readonly mark: Mark; readonly item: T }[] {
  const old = new Map(before.map((item) => [name(item), item]));
  const now = new Set(after.map(name));
  const kept = after.flatMap((item): { mark: Mark; item: T }[] => {
    const was = old.get(name(item));
    if (was === undefined) return [{ mark: "added", item }];
    return isDeepStrictEqual(was, item) ? [] : [{ mark: "changed", item }];
  });
  const gone = before
    .filter((item) => !now.has(name(item)))
    .map((item) => ({ mark: "dropped" as const, item }));
  return [...kept, ...gone];
}
