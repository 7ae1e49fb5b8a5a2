import { isDeepStrictEqual } from "node:util";
import type { NamePair } from "./change";
import type { Column, Schema, Table } from "./model";
import type { RenameDeclaration, RenamedObject } from "./rename-declarations";
import { NO_RENAMES, type Renames } from "./renames";

/** What declarations mean for two schemas. */
export interface ResolvedRenames {
  /** The renames to make, in the spelling of the two schemas. */
  readonly renames: Renames;
  /** Declarations for which a wrong guess would lose values. */
  readonly problems: readonly RenameProblem[];
}

export interface RenameProblem {
  /** 1-based line of the comment. */
  readonly line: number;
  /** For people, without a full stop. */
  readonly why: string;
}

/** One declaration within one name space: the tables of a schema, or the columns of a table. */
interface Claim extends NamePair {
  readonly line: number;
}

/** The names in one name space, before and after. */
interface Scope {
  /** For people: `table`, `column of t`. */
  readonly what: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /**
   * For things that swap names, how different they are: compared by their own names, and by their old ones. Null for
   * things without values, with which nothing can go wrong.
   */
  readonly unlikeness:
    | ((claims: readonly NamePair[]) => { readonly done: number; readonly renamed: number })
    | null;
}

/**
 * Compares declarations with what the migrations build and what schema.sql makes. A comment stays in schema.sql long
 * after its rename was made, and then means nothing.
 * @param schemas null: only the text itself is judged
 */
export function resolveRenames(
  declarations: readonly RenameDeclaration[],
  schemas: { readonly from: Schema; readonly to: Schema } | null,
): ResolvedRenames {
  const problems: RenameProblem[] = declarations.flatMap(({ line, from: name, problem }) =>
    problem === null ? [] : [{ line, why: `"renamed from ${name}": ${problem}` }],
  );
  if (schemas === null) return { renames: NO_RENAMES, problems };
  const { from, to } = schemas;
  const judge = (kind: RenamedObject["kind"], table: string | null, scope: Scope): NamePair[] => {
    const claims = declarations.flatMap(({ line, from: oldName, subject }): Claim[] => {
      if (subject?.kind !== kind || (table !== null && !isSameName(subject.table, table))) return [];
      const [before, after] = [spelling(oldName, scope.before), spelling(subject.name, scope.after)];
      return [{ line, from: before, to: after }];
    });
    const judged = judgeClaims(claims, scope);
    problems.push(...judged.problems);
    return judged.pairs.map((pair) => ({ from: pair.from, to: pair.to }));
  };
  const renames = {
    ...NO_RENAMES,
    tables: judge("table", null, tableScope(from, to)),
    columns: [] as (NamePair & { readonly table: string })[],
    constraints: [] as (NamePair & { readonly table: string })[],
  };
  for (const name of new Set(declarations.flatMap(({ subject }) => subject?.table ?? []))) {
    const table = to.tables.find((each) => isSameName(each.name, name));
    if (table === undefined) {
      problems.push(...unknownTable(declarations, name));
      continue;
    }
    const oldName = renames.tables.find((pair) => pair.to === table.name)?.from ?? table.name;
    const before = from.tables.find((each) => each.name === oldName) ?? null;
    const within = (pair: NamePair) => ({ ...pair, table: table.name });
    renames.columns.push(...judge("column", table.name, columnScope(before, table)).map(within));
    judge(
      "index",
      table.name,
      namesScope("index", before, table, ({ indexes }) => indexes),
    );
    const keys = namesScope("foreign key", before, table, ({ foreignKeys }) => foreignKeys);
    const checks = namesScope("check", before, table, (each) => each.checks);
    renames.constraints.push(...judge("foreign key", table.name, keys).map(within));
    renames.constraints.push(...judge("check", table.name, checks).map(within));
  }
  return { renames, problems: problems.sort((a, b) => a.line - b.line) };
}

function unknownTable(declarations: readonly RenameDeclaration[], name: string): RenameProblem[] {
  return declarations.flatMap(({ line, from, subject }) =>
    subject?.table === name && subject.kind !== "table"
      ? [{ line, why: `"renamed from ${from}": there is no table ${name} in the end` }]
      : [],
  );
}

function judgeClaims(
  claims: readonly Claim[],
  scope: Scope,
): { readonly pairs: readonly Claim[]; readonly problems: readonly RenameProblem[] } {
  const problems: RenameProblem[] = [];
  const { what, before, after } = scope;
  const had = (name: string): boolean => before.includes(name);
  const isClaimed = (name: string): boolean => claims.some(({ to, from }) => to === name && had(from));
  let pairs = claims.filter((claim) => {
    const { line, from, to } = claim;
    const refuse = (why: string): boolean => {
      problems.push({ line, why: `"renamed from ${from}": ${why}` });
      return false;
    };
    if (!after.includes(to)) return refuse(`there is no ${what} called ${to} in the end`);
    if (!had(from)) return had(to) || refuse(`the migrations build no ${what} of that name`);
    if (from === to) return false;
    const rival = claims.find((other) => other !== claim && other.from === from);
    if (rival !== undefined) return refuse(`line ${rival.line} says the same of ${rival.to}`);
    if (scope.unlikeness === null) return true;
    const isGivenUp = claims.some((other) => other.from === to);
    if (had(to) && !isGivenUp) {
      // The rename was made long ago, and something new has the old name now.
      if (after.includes(from)) return false;
      return refuse(
        `the migrations build ${from} and ${to} both, and one of them would be lost. Remove the comment if ${from} is to be dropped`,
      );
    }
    if (after.includes(from) && !isClaimed(from)) {
      return refuse(`${from} is still there. Make the rename a migration of its own, without ${from}`);
    }
    return true;
  });
  pairs = pairs.filter(({ from }) => had(from));
  for (const circle of circles(pairs)) {
    const likeness = scope.unlikeness?.(circle);
    if (likeness === undefined || likeness.renamed < likeness.done) continue;
    pairs = pairs.filter((pair) => !circle.includes(pair));
    const names = circle.map(({ to }) => to).join(" and ");
    for (const { line, from } of circle) {
      problems.push({
        line,
        why: `"renamed from ${from}": ${names} exchange their names, and it does not show whether that is done already. Remove the comments if it is; otherwise write this migration by hand`,
      });
    }
  }
  return { pairs, problems };
}

/** Pairs that swap names among themselves. */
function circles(pairs: readonly Claim[]): readonly (readonly Claim[])[] {
  const found: Claim[][] = [];
  const seen = new Set<Claim>();
  for (const first of pairs) {
    const circle: Claim[] = [];
    let next: Claim | undefined = first;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      circle.push(next);
      const { to }: Claim = next;
      next = pairs.find(({ from }) => from === to);
    }
    if (next === first && circle.length > 0) found.push(circle);
  }
  return found;
}

function tableScope(from: Schema, to: Schema): Scope {
  const tableOf = (schema: Schema, name: string): Table | undefined =>
    schema.tables.find((table) => table.name === name);
  // Columns with their names, and without, since they may be renamed as well.
  const shape = (table: Table | undefined): string[] =>
    (table?.columns ?? []).flatMap((column) => [
      JSON.stringify(column),
      JSON.stringify({ ...column, name: "" }),
    ]);
  const unlike = (before: string, after: string): number =>
    unshared(shape(tableOf(from, before)), shape(tableOf(to, after)));
  return {
    what: "table",
    before: from.tables.map(({ name }) => name),
    after: to.tables.map(({ name }) => name),
    unlikeness: (pairs) => ({
      done: sum(pairs.map((pair) => unlike(pair.to, pair.to))),
      renamed: sum(pairs.map((pair) => unlike(pair.from, pair.to))),
    }),
  };
}

/** A different definition counts more than any number of different positions. */
const DEFINITION = 10_000;

function columnScope(from: Table | null, to: Table): Scope {
  const before = from?.columns ?? [];
  const after = to.columns;
  const unlike = (pairs: readonly NamePair[], oldName: (pair: NamePair) => string): number => {
    const nowOrder = [...pairs].sort((a, b) => place(after, a.to) - place(after, b.to));
    const oldOrder = [...pairs].sort((a, b) => place(before, oldName(a)) - place(before, oldName(b)));
    const differences = nowOrder.map((pair, at): number => {
      const old = before.find(({ name }) => name === oldName(pair));
      const now = after.find(({ name }) => name === pair.to);
      const isSame = isDeepStrictEqual({ ...old, name: "" }, { ...now, name: "" });
      return (isSame ? 0 : DEFINITION) + (oldOrder[at] === pair ? 0 : 1);
    });
    return sum(differences);
  };
  return {
    what: `column of ${to.name}`,
    before: before.map(({ name }) => name),
    after: after.map(({ name }) => name),
    unlikeness: (pairs) => ({
      done: unlike(pairs, (pair) => pair.to),
      renamed: unlike(pairs, (pair) => pair.from),
    }),
  };
}

function place(columns: readonly Column[], name: string): number {
  return columns.findIndex((column) => column.name === name);
}

function namesScope(
  kind: string,
  from: Table | null,
  to: Table,
  of: (table: Table) => readonly { readonly name: string }[],
): Scope {
  const names = (table: Table | null): readonly string[] =>
    table === null ? [] : of(table).map(({ name }) => name);
  return { what: `${kind} of ${to.name}`, before: names(from), after: names(to), unlikeness: null };
}

/** How many items only one of two lists has. */
function unshared(a: readonly string[], b: readonly string[]): number {
  const left = [...b];
  let missing = 0;
  for (const item of a) {
    const at = left.indexOf(item);
    if (at === -1) missing++;
    else left.splice(at, 1);
  }
  return missing + left.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** The name as the server spells it: columns and keys ignore case, and on some machines tables do. */
function spelling(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  return names.find((candidate) => isSameName(candidate, name)) ?? name;
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
