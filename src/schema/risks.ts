import type { AlterClause, AlterTable, Change } from "./change";
import { lossesOf } from "./losses";
import type { Column, ForeignKey, Index, Schema, Table } from "./model";
import { typeLoss } from "./narrowing";

/** What lint looks for, under stable names: `-- migrate: allow NAME` silences one. */
export const RULES = {
  "loses-data": { level: "error", about: "Rows or values go, and the way back does not bring them." },
  "may-fail": {
    level: "warning",
    about: "Rows that are there may make it fail. An error once such rows were found.",
  },
  "blocks-writes": {
    level: "warning",
    about: "Writes to the table wait until it is done, and that takes longer the larger it is.",
  },
  "breaks-running-code": {
    level: "warning",
    about:
      "The version of the program that runs until the new one is there uses what goes, or lacks what is needed now.",
  },
  "no-primary-key": {
    level: "warning",
    about: "Replication, clusters and online schema changes need a primary key.",
  },
  "redundant-index": {
    level: "warning",
    about: "Another index begins with the same columns: it costs every write and helps no read.",
  },
  "differs-from-rest": {
    level: "warning",
    about: "The engine or character set is not the one that the other tables have.",
  },
  "unknown-rule": { level: "error", about: "A comment allows a rule that there is not." },
} as const satisfies Readonly<Record<string, { level: Level; about: string }>>;

export type Rule = keyof typeof RULES;
export type Level = "error" | "warning";

/** A question to the rows of the target: is there one that makes a statement fail? */
export type RowQuestion =
  | { readonly ask: "null"; readonly table: string; readonly column: string }
  | { readonly ask: "longer"; readonly table: string; readonly column: string; readonly characters: number }
  | { readonly ask: "duplicate"; readonly table: string; readonly columns: readonly string[] }
  | { readonly ask: "against"; readonly table: string; readonly expression: string }
  | { readonly ask: "orphan"; readonly table: string; readonly key: ForeignKey };

/** Something to think about before a statement runs. */
export interface Risk {
  readonly rule: Rule;
  /** A sentence without a full stop. */
  readonly message: string;
  /** What to do instead; null: no advice is always right. */
  readonly instead: string | null;
  /** Null: rows cannot tell, or there is no need to ask. */
  readonly question: RowQuestion | null;
}

/** What one change risks. @param before the schema that it changes */
export function risksOf(change: Change, before: Schema): readonly Risk[] {
  const losses = lossesOf(change).map((loss) => risk("loses-data", loss, null));
  switch (change.type) {
    case "create-table":
      return [...losses, ...newTableRisks(change.table, before)];
    case "alter-table":
      return [...losses, ...alterRisks(change, before)];
    case "drop-table":
      return [
        ...losses,
        risk(
          "breaks-running-code",
          `table ${change.table.name} goes`,
          "Drop it once no running version uses it.",
        ),
      ];
    case "rename-tables":
      return change.renames.map(({ from, to }) =>
        risk(
          "breaks-running-code",
          `table ${from} is called ${to}`,
          `Keep a view named ${from} until no running version uses it.`,
        ),
      );
    case "object":
      return losses;
    default:
      return change satisfies never;
  }
}

function risk(
  rule: Rule,
  message: string,
  instead: string | null,
  question: RowQuestion | null = null,
): Risk {
  return { rule, message, instead, question };
}

function newTableRisks(table: Table, before: Schema): readonly Risk[] {
  const risks: Risk[] = [];
  if (!table.indexes.some(({ kind }) => kind === "primary")) {
    risks.push(risk("no-primary-key", `table ${table.name} has no primary key`, "Add a primary key."));
  }
  for (const index of table.indexes) risks.push(...redundancy(index, table));
  const engine = mostOf(before.tables.map((each) => each.engine));
  if (engine !== null && engine !== table.engine) {
    risks.push(
      risk("differs-from-rest", `table ${table.name} has engine ${table.engine}, the others ${engine}`, null),
    );
  }
  const charset = mostOf(before.tables.map((each) => each.charset));
  if (charset !== null && charset !== table.charset) {
    const instead = "Give it the others' character set: joins between two of them cannot use an index.";
    risks.push(
      risk(
        "differs-from-rest",
        `table ${table.name} has character set ${table.charset}, the others ${charset}`,
        instead,
      ),
    );
  }
  return risks;
}

/** The value that more than half have; null: there is none, or there are too few values. */
function mostOf(values: readonly string[]): string | null {
  if (values.length < 2) return null;
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = [...counts].find(([, count]) => count * 2 > values.length);
  return most?.[0] ?? null;
}

function redundancy(index: Index, table: Table): readonly Risk[] {
  if (index.kind !== "key") return [];
  const own = partsOf(index);
  const other = table.indexes.find((each) => {
    if (each === index || !each.visible || !["primary", "unique", "key"].includes(each.kind)) return false;
    const parts = partsOf(each);
    const covers = own.every((part, at) => parts[at] === part);
    // Of two equal ones, the later one is redundant.
    return (
      covers &&
      (parts.length > own.length ||
        each.kind !== "key" ||
        table.indexes.indexOf(each) < table.indexes.indexOf(index))
    );
  });
  if (other === undefined) return [];
  const message = `index ${index.name} of ${table.name} is contained in ${other.name === "PRIMARY" ? "its primary key" : other.name}`;
  return [risk("redundant-index", message, `Leave ${index.name} out.`)];
}

function partsOf({ parts }: Index): readonly string[] {
  return parts.map((part) => JSON.stringify(part));
}

function alterRisks({ table, clauses }: AlterTable, before: Schema): readonly Risk[] {
  return clauses.flatMap((clause) => clauseRisks(clause, table, before));
}

function clauseRisks(clause: AlterClause, table: Table, before: Schema): readonly Risk[] {
  switch (clause.type) {
    case "drop-column":
      return [goes(table, clause.column.name)];
    case "rename-column":
      return [isCalled(table, clause.from, clause.to)];
    case "add-column":
      return addedRisks(clause.column, table);
    case "change-column":
      return changedRisks(clause.from, clause.column, clause.oldName, table);
    case "add-index":
      return [...uniqueRisks(clause.index, table), ...redundancy(clause.index, table)];
    case "add-check":
      return clause.check.enforced
        ? [
            risk(
              "may-fail",
              `rows of ${table.name} may be against ${clause.check.expression}`,
              "Correct such rows first.",
              {
                ask: "against",
                table: table.name,
                expression: clause.check.expression,
              },
            ),
          ]
        : [];
    case "add-foreign-key": {
      const { key } = clause;
      const what = `rows of ${table.name} may refer to nothing in ${key.referencedTable}`;
      return [risk("may-fail", what, "Correct such rows first.", { ask: "orphan", table: table.name, key })];
    }
    case "drop-index":
      return clause.index.kind === "primary" && !table.indexes.some(({ kind }) => kind === "primary")
        ? [
            risk(
              "no-primary-key",
              `table ${table.name} has no primary key any more`,
              "Add another in the same statement.",
            ),
          ]
        : [];
    case "option": {
      const engine = mostOf(
        before.tables.filter(({ name }) => name !== table.name).map((each) => each.engine),
      );
      return clause.name === "ENGINE" && engine !== null && engine !== clause.value
        ? [
            risk(
              "differs-from-rest",
              `table ${table.name} gets engine ${clause.value}, the others have ${engine}`,
              null,
            ),
          ]
        : [];
    }
    default:
      return [];
  }
}

function goes(table: Table, column: string): Risk {
  return risk(
    "breaks-running-code",
    `column ${table.name}.${column} goes`,
    "Drop it once no running version uses it.",
  );
}

function isCalled(table: Table, from: string, to: string): Risk {
  return risk(
    "breaks-running-code",
    `column ${table.name}.${from} is called ${to}`,
    "Add the new column, write both, move the values, and drop the old one in a later migration.",
  );
}

function addedRisks(column: Column, table: Table): readonly Risk[] {
  if (column.nullable || column.default !== null || column.generated !== null || column.autoIncrement)
    return [];
  const message = `column ${table.name}.${column.name} is NOT NULL and has no default, so that an INSERT that does not name it fails`;
  return [
    risk("breaks-running-code", message, "Give it a default, and take that away in a later migration."),
  ];
}

function changedRisks(from: Column, to: Column, oldName: string | null, table: Table): readonly Risk[] {
  const risks: Risk[] = [];
  if (oldName !== null && oldName.toLowerCase() !== to.name.toLowerCase())
    risks.push(isCalled(table, oldName, to.name));
  if (from.nullable && !to.nullable) {
    const column = oldName ?? to.name;
    risks.push(
      risk("may-fail", `rows of ${table.name} may have NULL in ${column}`, "Give such rows a value first.", {
        ask: "null",
        table: table.name,
        column,
      }),
      risk("breaks-running-code", `column ${table.name}.${to.name} takes NULL no longer`, null),
    );
  }
  const loss = typeLoss(from.type, to.type);
  if (loss === null) return risks;
  const length = /^(?:var)?char\((\d+)\)$/.exec(to.type)?.[1];
  const isText = /char|text/.test(from.type);
  risks.push(
    risk(
      "may-fail",
      `values of ${table.name}.${to.name} may not fit: ${loss}`,
      "Correct such values first.",
      length === undefined || !isText
        ? null
        : { ask: "longer", table: table.name, column: oldName ?? to.name, characters: Number(length) },
    ),
    risk("breaks-running-code", `column ${table.name}.${to.name} takes less than before`, null),
  );
  return risks;
}

function uniqueRisks(index: Index, table: Table): readonly Risk[] {
  if (index.kind !== "unique" && index.kind !== "primary") return [];
  const columns = index.parts.flatMap((part) =>
    "column" in part && part.length === null ? [part.column] : [],
  );
  const question: RowQuestion | null =
    columns.length === index.parts.length ? { ask: "duplicate", table: table.name, columns } : null;
  const of = columns.length === 0 ? index.name : columns.join(", ");
  return [
    risk("may-fail", `rows of ${table.name} may be alike in ${of}`, "Correct such rows first.", question),
  ];
}
