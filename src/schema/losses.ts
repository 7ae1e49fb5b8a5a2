import type { AlterClause, AlterTable, Change } from "./change";
import type { Column } from "./model";
import { characterLoss, typeLoss } from "./narrowing";

/**
 * What a change loses for good, even if it is reverted: rows, values, history. Sentences for people, without a full
 * stop; empty when nothing is lost.
 */
export function lossesOf(change: Change): readonly string[] {
  switch (change.type) {
    case "drop-table":
      return [`drops table ${change.table.name} with its rows`];
    case "object":
      return change.losses;
    case "alter-table":
      return alterLosses(change);
    case "create-table":
    case "rename-tables":
      return [];
    default:
      return change satisfies never;
  }
}

function alterLosses({ table, clauses, partitions }: AlterTable): string[] {
  const losses = clauses.flatMap((clause) => clauseLosses(clause, table.name, clauses));
  if (partitions?.type === "drop-partitions") {
    const names = partitions.partitions.map(({ name }) => name).join(", ");
    losses.push(`drops partition ${names} of ${table.name} with its rows`);
  }
  return losses;
}

function clauseLosses(clause: AlterClause, table: string, all: readonly AlterClause[]): string[] {
  switch (clause.type) {
    case "drop-column": {
      if (clause.column.generated !== null && !becomesOrdinary(clause.column, all)) return [];
      return [`drops column ${table}.${clause.column.name} with its values`];
    }
    case "change-column":
      return changeLosses(clause.from, clause.column).map(
        (loss) => `changes column ${table}.${clause.column.name}: ${loss}`,
      );
    case "system-versioning":
      return clause.add ? [] : [`drops the history of ${table}, the rows that were updated or deleted`];
    case "option":
      if (clause.name === "ENGINE" && /^blackhole$/i.test(clause.value)) {
        return [`engine ${clause.value} keeps none of the rows of ${table}`];
      }
      if (clause.name === "ENGINE" && /^memory$/i.test(clause.value)) {
        return [`engine ${clause.value} loses the rows of ${table} when the server stops`];
      }
      return [];
    default:
      return [];
  }
}

/** Dropping a generated column loses nothing, unless an ordinary column with its own values replaces it. */
function becomesOrdinary(column: Column, all: readonly AlterClause[]): boolean {
  return all.some(
    (other) =>
      other.type === "add-column" && other.column.name === column.name && other.column.generated === null,
  );
}

function changeLosses(from: Column, to: Column): string[] {
  if (from.generated === null && to.generated !== null) return ["its values are replaced by computed ones"];
  if (to.generated !== null) return [];
  return [typeLoss(from.type, to.type), characterLoss(from, to)].filter((loss) => loss !== null);
}
