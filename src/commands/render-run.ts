import { formatMigration, formatVersion } from "../files/filename";
import type { RunResult } from "../run/migrate";
import type { PlannedStep } from "../run/planned-sql";
import { formatDuration, plural } from "./layout";

/** What a run did, in a line; for a dry run, what it would do, as an SQL script. */
export function renderRun(result: RunResult): readonly string[] {
  const { direction, planned, steps } = result;
  if (planned !== null && planned.length > 0) return renderPlan(planned);
  if (steps.length === 0) return [`Nothing to do: ${position(result.from)}.`];
  const took = formatDuration(steps.reduce((sum, step) => sum + step.durationMs, 0));
  const redone = steps.find((step) => step.direction !== direction);
  if (redone !== undefined) {
    return [`Reverted and applied again ${formatMigration(redone)} in ${took}: ${position(result.to)}.`];
  }
  const verb = direction === "up" ? "Applied" : "Reverted";
  return [`${verb} ${plural(steps.length, "migration")} in ${took}: ${position(result.to)}.`];
}

/** Says where the database is, in words. */
export function position(version: number | null): string {
  return version === null ? "no migration is applied" : `the database is at ${formatVersion(version)}`;
}

function renderPlan(planned: readonly PlannedStep[]): readonly string[] {
  const total = planned.reduce((sum, step) => sum + step.statements.length, 0);
  return [
    ...planned.flatMap(renderStep),
    `-- ${plural(planned.length, "migration")}, ${plural(total, "statement")}. Nothing was run.`,
  ];
}

function renderStep({ file, done, statements }: PlannedStep): readonly string[] {
  const rest = done === 0 ? "" : `; ${plural(done, "statement")} before it applied already`;
  return [
    `-- ${file}: ${plural(statements.length, "statement")}${rest}`,
    ...statements.flatMap(terminate),
    "",
  ];
}

const DELIMITERS = ["//", "$$", ";;", "|||"];

/** Ends a statement so that the mysql client reads it as one: a stored program has semicolons of its own. */
function terminate(statement: string): readonly string[] {
  // A delimiter behind a comment would be part of the comment.
  const lines = (delimiter: string): string[] =>
    /(--|#)[^\n]*$/.test(statement) ? [statement, delimiter] : [statement + delimiter];
  if (!statement.includes(";")) return lines(";");
  const delimiter = DELIMITERS.find((candidate) => !statement.includes(candidate)) ?? "-- end --";
  return [`DELIMITER ${delimiter}`, ...lines(delimiter), "DELIMITER ;"];
}
