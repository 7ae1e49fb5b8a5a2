import { type Problem, RefusedError } from "../errors";
import type { LintedStatement } from "../scratch/lint";
import type { Stop } from "../scratch/replay";
import type { ScratchSettings } from "../settings/scratch";
import type { BlockingLimit, Settings } from "../settings/settings";
import { DEFAULT_ROW_TIME_MS, lintMigrations, sizeInWords } from "./lint";

/**
 * Refuses, before anything runs, statements that would make writes wait for a table larger than the limit.
 * @param planned the migrations that are about to run
 * @throws RefusedError `would-block` for each such statement; as `lintMigrations`
 */
export async function refuseBlocking(
  settings: Settings,
  scratch: ScratchSettings,
  limit: BlockingLimit,
  planned: readonly { readonly version: number }[],
  stop: Stop,
): Promise<void> {
  if (planned.length === 0) return;
  const only = new Set(planned.map(({ version }) => version));
  const range = { from: null, to: null, offline: false, limitMs: DEFAULT_ROW_TIME_MS, only };
  const { statements } = await lintMigrations(settings, scratch, range, stop);
  const problems = statements.flatMap((statement) => problemsOf(statement, limit));
  if (problems.length > 0) throw new RefusedError(problems);
}

function problemsOf(statement: LintedStatement, limit: BlockingLimit): readonly Problem[] {
  const { table, file, line, column } = statement;
  if (table === null || table[limit.of] <= limit.most) return [];
  const blocking = statement.findings.filter(
    ({ rule, allowed }) => rule === "blocks-writes" && allowed === null,
  );
  return blocking.map(({ message }) => ({
    code: "would-block",
    file,
    message: `${file}:${line}:${column}: ${message}, and it has ${sizeInWords(table)}; MIGRATE_BLOCKING_LIMIT is ${limit.given}.`,
    hint: `Have it done while others write, with a comment above the statement (docs/online.md):
  -- migrate: online
or run it when nobody writes:
  MIGRATE_BLOCKING_LIMIT= npm run migrate:up
or allow it with a comment above the statement:
  -- migrate: allow blocks-writes <why>`,
  }));
}
