import { MigrateError } from "../errors";
import { believedOf, type Line } from "../history/believed";
import { foldHistory, readHistoryState, type VersionState } from "../history/fold";
import { createJournal, hashStatement, type Journal } from "../history/journal";
import { behind, type HistoryRow, type Intent, readResumption } from "../history/lines";
import { NOTHING_RAN, readIdentity, withRecorder } from "../history/record";
import { readAppliedTexts } from "../history/stored-migrations";
import { addLine, type NewLine, type Progress, recordProgress } from "../history/writer";
import { formatMigration, formatVersion } from "../migrations/names";
import { type MigrationFile, readMigrations } from "../migrations/read-migrations";
import { readStatements } from "../migrations/read-statements";
import { clearLeftovers } from "../online/observe";
import { nameChangedStatement } from "../run/prefix";
import { acquireLock } from "../server/lock";
import { COMMIT, type Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import { withWriter } from "../server/writer";
import type { Settings } from "../settings/settings";
import type { Statement } from "../syntax/statement";
import { flag, required, text, usageError, value } from "./options";
import { versionNumber } from "./run-options";
import { defineCommand } from "./verb";

/** Settles a statement when only a person can say whether it took effect. */
export const resolve = defineCommand({
  name: "resolve",
  summary: "Settle a statement whose fate could not be known, or give a partial migration up",
  details: [
    "When up or down stops because it cannot tell whether a statement took effect, look at the database,",
    "say what you found, and run the same command again. It is recorded, with the reason.",
    "A partial migration whose applied statements you have undone by hand can be given up instead: half applied, it is",
    "pending again; half reverted, it is applied again.",
  ],
  options: {
    version: required("N", versionNumber, "Version of the migration that stopped"),
    applied: flag("The statement took effect: go on with the next one"),
    notApplied: flag("The statement did not take effect: run it again"),
    giveUp: flag("You have undone by hand what was applied: start over; needs --reason"),
    reason: value("TEXT", text, "Why you are sure; kept in the history"),
  },
  examples: [
    'resolve 7 --applied --reason "index is there"',
    "resolve 7 --not-applied",
    'resolve 7 --give-up --reason "dropped the half-made table"',
  ],
  run: async (context) => {
    const { version, applied, notApplied, giveUp, reason } = context.options;
    const given = [applied, notApplied, giveUp].filter(Boolean).length;
    if (given !== 1) {
      const needs = given === 0 ? "needs" : "takes only";
      throw usageError("resolve", `resolve ${needs} one of --applied, --not-applied and --give-up.`);
    }
    const settings = context.settings();
    if (!giveUp) {
      return settleStatement(settings, version, applied ? "applied" : "not-applied", reason);
    }
    if (reason === null) {
      throw usageError("resolve", "resolve --give-up needs a reason, which is kept in the history.");
    }
    return giveUpPartial(settings, version, reason);
  },
  render: (resolved) => {
    const { version, name, direction, statement, statements, outcome } = resolved;
    const migration = formatMigration({ version, name });
    if (outcome === "given-up") {
      const now = direction === "up" ? "not applied" : "applied";
      const taken = `what was done of ${migration}.${direction}.sql (${statement} of ${statements} statements) is taken for undone`;
      return [
        `Given up: ${taken}, and ${migration} counts as ${now}. Nothing was run.`,
        `To see it: npm run migrate:status`,
      ];
    }
    return [
      `Recorded: statement ${statement} of ${statements} in ${migration}.${direction}.sql is ${outcome === "applied" ? "applied" : "not applied"}.`,
      direction === "up" ? "Go on with it: npm run migrate:up" : "Go on with it: run the same down again.",
    ];
  },
});

/** What a person found out about one statement. */
export type Outcome = "applied" | "not-applied";

export interface Resolved {
  readonly version: number;
  readonly name: string;
  readonly direction: "up" | "down";
  /** The statement that was settled, 1-based; for `given-up` the last one that was applied. */
  readonly statement: number;
  readonly statements: number;
  readonly outcome: Outcome | "given-up";
}

const LOCK_TIMEOUT_MS = 60_000;

/**
 * Records what a person found out about the statement where a partial migration stopped.
 * @throws MigrateError `nothing-to-do` when nothing is open there, `prefix-modified`, `missing`, `lock-timeout`
 */
export async function settleStatement(
  settings: Settings,
  version: number,
  outcome: Outcome,
  reason: string | null,
): Promise<Resolved> {
  return await withTranslatedErrors(() =>
    withWriter(settings.database, settings.allowReplica === true, async (session) => {
      const lock = await acquireLock(session, settings.table, { timeoutMs: LOCK_TIMEOUT_MS });
      try {
        const { rows } = await readHistoryState(session, settings.table);
        const { row } = partialState(rows, version);
        refuseWithoutDoubt(row, outcome);
        await clearTool(session, row);
        const line: Line = { table: settings.table, lock, id: row.id };
        const file = findFile(settings, row);
        const resolved = await settle(session, line, row, file, outcome);
        const log: Line = { ...line, id: (rows.at(-1)?.id ?? 0) + 1 };
        await addLine(session, log, { ...logLine(row), reason }, logged(resolved));
        await session.run(COMMIT);
        return resolved;
      } finally {
        await lock.release();
      }
    }),
  );
}

/**
 * Gives up a partial migration: a person has undone by hand what had run of it. A half-applied one counts as not
 * applied again, a half-reverted one as applied again; nothing runs.
 * @throws MigrateError `nothing-to-do` when it is not partial, `lock-timeout`
 */
export async function giveUpPartial(settings: Settings, version: number, reason: string): Promise<Resolved> {
  return await withRecorder(settings, async ({ session, state, record }) => {
    const held = partialState(state.rows, version);
    const { row, name, upChecksum, downChecksum } = held;
    await clearTool(session, row);
    const direction = held.state === "partial-up" ? "up" : "down";
    // `show`, and `down` with an older folder, read the texts from the line that says "applied".
    const texts =
      direction === "up" ? { up: null, down: null } : await readAppliedTexts(session, settings.table, held);
    await record([
      {
        action: direction === "up" ? "unstamp" : "stamp",
        version,
        name,
        upChecksum,
        downChecksum,
        texts,
        reason: `given up after statement ${row.done} of ${row.total} of the ${direction} file: ${reason}`,
      },
    ]);
    return { version, name, direction, statement: row.done, statements: row.total, outcome: "given-up" };
  });
}

/** Only the intent names what a tool left behind, and settling removes the intent. */
async function clearTool(session: Session, { intent }: HistoryRow): Promise<void> {
  if (intent?.tool !== undefined) await clearLeftovers(session, intent.tool, (work) => work());
}

function partialState(rows: readonly HistoryRow[], version: number): VersionState {
  const state = foldHistory(rows).get(version);
  if (state === undefined || (state.state !== "partial-up" && state.state !== "partial-down")) {
    throw new MigrateError(
      "nothing-to-do",
      `${formatVersion(version)} is not partial: there is nothing to resolve.`,
      {
        hint: "To see what is: npm run migrate:status",
      },
    );
  }
  return state;
}

/** If the server refused a statement, it is known not to be applied; only a person can say the opposite. */
function refuseWithoutDoubt(row: HistoryRow, outcome: Outcome): void {
  if (row.intent !== null || outcome === "applied") return;
  throw new MigrateError(
    "nothing-to-do",
    `${formatVersion(row.version)}_${row.name}: statement ${row.done + 1} is known not to be applied; the next run starts with it.`,
    { hint: row.action === "up" ? "npm run migrate:up" : `npm run migrate:down -- --to ${row.version - 1}` },
  );
}

function findFile(settings: Settings, row: HistoryRow): MigrationFile {
  const migration = readMigrations(settings.dir).migrations.find(({ version }) => version === row.version);
  const file = row.action === "up" ? migration?.up : migration?.down;
  if (file === undefined || file === null) {
    throw new MigrateError(
      "missing",
      `${formatVersion(row.version)}_${row.name}.${row.action}.sql is not in ${settings.dir}; nothing was changed.`,
      { hint: "Restore the file, then resolve again." },
    );
  }
  return file;
}

async function settle(
  session: Session,
  line: Line,
  row: HistoryRow,
  file: MigrationFile,
  outcome: Outcome,
): Promise<Resolved> {
  const { journal, next, total } = await readThrough(session, line, row, file);
  const { saved } = await readResumption(session, line.table, row.id);
  if (outcome === "applied") {
    if (next === null) {
      throw new MigrateError(
        "nothing-to-do",
        `${file.fileName} has no statement ${row.done + 1}; nothing was changed.`,
      );
    }
    if (row.intent !== null && hashStatement(next.text) !== row.intent.hash) {
      throw new MigrateError(
        "prefix-modified",
        `${file.fileName}:${next.line}:${next.column}: statement ${next.number} is not the one that was under way; nothing was changed.`,
        { hint: "Restore it as it was, then resolve again." },
      );
    }
    journal.advance(next);
  }
  await session.run("START TRANSACTION");
  await recordProgress(session, line, [believedOf(row)], {
    done: journal.position,
    doneHash: journal.hash(),
    intent: stillOpen(row, outcome, journal.position < total),
    saved,
    error: null,
    finished: journal.position === total,
    durationMs: row.durationMs ?? 0,
  });
  return {
    version: row.version,
    name: row.name,
    direction: file.direction,
    statement: row.done + 1,
    statements: total,
    outcome,
  };
}

/** What is still to be judged: the statements that were sent together with one that took effect. */
function stillOpen({ intent }: HistoryRow, outcome: Outcome, more: boolean): Intent | null {
  return intent === null || outcome === "not-applied" || !more ? null : behind(intent);
}

/** Reads the file up to the recorded statement, which must be unchanged, and counts the rest. */
async function readThrough(
  session: Session,
  line: Line,
  row: HistoryRow,
  file: MigrationFile,
): Promise<{ journal: Journal; next: Statement | null; total: number }> {
  const journal = createJournal(line, row.total, {
    line: "partial",
    believed: believedOf(row),
    spentMs: row.durationMs ?? 0,
  });
  let next: Statement | null = null;
  let total = 0;
  for await (const batch of readStatements(file, session.server)) {
    for (const statement of batch) {
      if (statement.number <= row.done) journal.advance(statement);
      if (statement.number === row.done + 1) next = statement;
      total = statement.number;
    }
  }
  if (journal.position !== row.done || journal.hash() !== row.doneHash) {
    const stored = await readResumption(session, line.table, row.id);
    const before = row.action === "up" ? stored.upText : stored.downText;
    throw await nameChangedStatement(file, row, before, session.server);
  }
  return { journal, next, total };
}

function logLine(row: HistoryRow): Omit<NewLine, "reason"> {
  return {
    version: row.version,
    name: row.name,
    action: "resolve",
    upChecksum: row.upChecksum,
    downChecksum: row.downChecksum,
    total: row.total,
    ...readIdentity(),
    upText: null,
    downText: null,
  };
}

function logged({ statement, outcome }: Pick<Resolved, "statement" | "outcome">): Progress {
  return { ...NOTHING_RAN, done: outcome === "applied" ? statement : statement - 1 };
}
