import type { Box, Diagram, Edge } from "./diagram";
import type { ReportedTable } from "./model";
import { count } from "./text";

/** Tables that are drawn together. */
export interface Group {
  /** `around orders`, `without relations 1`. */
  readonly name: string;
  readonly tables: readonly ReportedTable[];
}

/** The most tables that fit into one picture. */
export const MOST_IN_ONE = 60;

/** The most tables in a picture of a group, so that it can be read. */
const MOST_IN_GROUP = 28;

/** A group with fewer tables joins others. */
const FEWEST_IN_GROUP = 6;

/**
 * Splits tables into groups of closely related ones: relations bind tables, but least those to a table that everybody
 * refers to. The same tables always give the same groups.
 * @returns one group if all fit into one picture
 */
export function groupTables(tables: readonly ReportedTable[]): readonly Group[] {
  if (tables.length <= MOST_IN_ONE) return [{ name: "all", tables }];
  const groups = joinRelated(tables);
  const large = groups.filter((group) => group.length >= FEWEST_IN_GROUP);
  const small = groups.filter((group) => group.length < FEWEST_IN_GROUP);
  const named = large.map((group): Group => ({ name: nameOf(group), tables: group }));
  return [...withUniqueNames(named).sort((a, b) => (a.name < b.name ? -1 : 1)), ...packed(small)];
}

interface Relation {
  readonly a: string;
  readonly b: string;
}

function relationsOf(tables: readonly ReportedTable[]): readonly Relation[] {
  const names = new Set(tables.map(({ name }) => name));
  return tables.flatMap((table) => {
    const keys = table.references.filter(({ database }) => database === null).map((key) => key.table);
    return [...keys, ...table.uses]
      .filter((other) => other !== table.name && names.has(other))
      .map((other): Relation => ({ a: table.name, b: other }));
  });
}

/**
 * Goes through relations, the most specific first, and joins the groups on both sides if the result fits into a
 * picture.
 */
function joinRelated(tables: readonly ReportedTable[]): readonly (readonly ReportedTable[])[] {
  const relations = relationsOf(tables);
  const degree = new Map<string, number>();
  for (const { a, b } of relations) {
    for (const name of [a, b]) degree.set(name, (degree.get(name) ?? 0) + 1);
  }
  const weight = ({ a, b }: Relation): number =>
    (degree.get(a) ?? 0) * (degree.get(b) ?? 0) * (samePrefix(a, b) ? 0.2 : 1);
  const ordered = [...relations].sort(
    (x, y) => weight(x) - weight(y) || compare(x.a, y.a) || compare(x.b, y.b),
  );
  const groupOf = new Map(tables.map((table) => [table.name, [table]]));
  for (const { a, b } of ordered) {
    const [one, other] = [groupOf.get(a) ?? [], groupOf.get(b) ?? []];
    if (one === other || one.length + other.length > MOST_IN_GROUP) continue;
    for (const table of other) {
      one.push(table);
      groupOf.set(table.name, one);
    }
  }
  return [...new Set(groupOf.values())].map((group) => group.sort((x, y) => compare(x.name, y.name)));
}

function samePrefix(a: string, b: string): boolean {
  return prefixOf(a) === prefixOf(b);
}

function prefixOf(name: string): string {
  return name.split(/[_.-]/, 1)[0] ?? name;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Names a group after the table with the most relations within it. */
function nameOf(group: readonly ReportedTable[]): string {
  const inside = new Set(group.map(({ name }) => name));
  const ties = ({ references, referencedBy, uses, usedBy }: ReportedTable): number =>
    [...references, ...referencedBy].filter(({ table }) => inside.has(table)).length +
    [...uses, ...usedBy].filter((name) => inside.has(name)).length;
  const [first] = [...group].sort((a, b) => ties(b) - ties(a) || compare(a.name, b.name));
  return `around ${first?.name ?? ""}`;
}

function withUniqueNames(groups: readonly Group[]): Group[] {
  const seen = new Map<string, number>();
  return groups.map((group) => {
    const times = (seen.get(group.name) ?? 0) + 1;
    seen.set(group.name, times);
    return times === 1 ? group : { ...group, name: `${group.name} ${times}` };
  });
}

/** Small groups, and tables without relations, by name. */
function packed(small: readonly (readonly ReportedTable[])[]): readonly Group[] {
  const ordered = [...small].sort((a, b) => compare(a[0]?.name ?? "", b[0]?.name ?? ""));
  const packs: ReportedTable[][] = [];
  for (const group of ordered) {
    const last = packs.at(-1);
    if (last === undefined || last.length + group.length > MOST_IN_GROUP) packs.push([...group]);
    else last.push(...group);
  }
  return packs.map((tables) => {
    const [first, last] = [tables[0]?.name ?? "", tables.at(-1)?.name ?? ""];
    return { name: `others, ${first} to ${last}`, tables };
  });
}

const NAMES_IN_BOX = 6;

/** A diagram of the groups, with the number of relations between them. */
export function diagramOfGroups(groups: readonly Group[]): Diagram {
  const groupOf = new Map(groups.flatMap(({ name, tables }) => tables.map((table) => [table.name, name])));
  const boxes = groups.map(({ name, tables }): Box => {
    const rows = tables
      .slice(0, NAMES_IN_BOX)
      .map((table) => ({ name: table.name, type: "", key: null, mark: null }));
    const note = count(tables.length, "table");
    return { name, kind: "group", note, rows, hidden: tables.length - rows.length, mark: null };
  });
  const counts = new Map<string, { from: string; to: string; times: number }>();
  for (const { a, b } of relationsOf(groups.flatMap(({ tables }) => tables))) {
    const [from, to] = [groupOf.get(a) ?? "", groupOf.get(b) ?? ""];
    if (from === to) continue;
    const key = JSON.stringify([from, to]);
    counts.set(key, { from, to, times: (counts.get(key)?.times ?? 0) + 1 });
  }
  const edges = [...counts.values()].map(({ from, to, times }): Edge => {
    const label = `${from} → ${to}: ${count(times, "relation")}`;
    return { from, fromRow: null, to, toRow: null, kind: "between groups", label, mark: null };
  });
  return { boxes, edges };
}
