import type { Problem } from "../errors";
import { readHistoryState, type VersionState } from "../history/fold";
import { judgeChange, readAppliedTexts, worstChange } from "../history/stored-migrations";
import { formatMigration, formatVersion } from "../migrations/names";
import { folderOf, type Migration } from "../migrations/read-migrations";
import { currentVersion } from "../plan/plan";
import { foldWith } from "../plan/squashed";
import { judgeStates, type StatusEntry } from "../plan/version-state";
import { findChangedPrefix } from "../run/prefix";
import { withSession } from "../server/connection";
import { type LockKind, lockKind } from "../server/lock";
import type { Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { type Cell, type Column, formatDuration, type Layout, layOutTable } from "./layout";
import { flag } from "./options";
import { type Brief, defineCommand } from "./verb";

/** What status found; `clean` when everything is applied and nothing is wrong. */
export interface StatusResult extends StatusReport {
  readonly clean: boolean;
  /** How many migrations there are, including those that are not among the entries. */
  readonly total: number;
}

/** Shows each migration and its state. */
export const status = defineCommand({
  name: "status",
  summary: "Show each migration and its state",
  details: ["Changes nothing and waits for nobody. Times are in UTC."],
  options: {
    check: flag("Exit 1 when anything is pending or wrong"),
    pending: flag("Only what is not applied, or has something wrong with it"),
  },
  examples: ["status", "status --pending", "status --check", "status --json"],
  run: async (context): Promise<StatusResult> => {
    const settings = context.settings();
    const report = await readStatus(settings);
    const entries = context.options.pending
      ? report.entries.filter((entry) => !isSettled(entry))
      : report.entries;
    return { ...report, entries, total: report.entries.length, clean: isClean(report) };
  },
  render: (report, layout) => [
    ...renderEntries(report.entries, layout),
    ...renderRemarks(report, layout),
    summarize(report),
  ],
  overMany: {
    brief: (report) => briefOf(report, report.current, report.clean),
    parallel: 4,
    columns: { from: "at", to: "head", migrations: "pending" },
    readsFolder: true,
    worthPrinting: ({ entries }) => entries.some(isWrong),
  },
  exitCode: ({ clean }, { check }) => (check && !clean ? 1 : 0),
});

/** In one line: a database's version, the version in the folder, and how many migrations are between. */
export function briefOf(
  { entries }: Pick<StatusReport, "entries">,
  current: number | null,
  clean: boolean,
): Brief {
  const pending = entries.filter(({ state }) => state === "pending").length;
  const wrong = entries.filter(isWrong).length;
  const style = wrong > 0 ? "red" : clean ? "green" : "yellow";
  const state = wrong > 0 ? `${wrong} with a problem` : pending > 0 ? `${pending} pending` : "up to date";
  return { state, style, from: current, to: entries.at(-1)?.version ?? null, migrations: pending };
}

function isWrong({ state, problems, warnings }: StatusEntry): boolean {
  return state.startsWith("partial") || problems.length + warnings.length > 0;
}

/** Whether everything is applied and nothing is wrong. */
function isClean({ entries }: StatusReport): boolean {
  return entries.every(isSettled);
}

function isSettled({ state, problems, warnings }: StatusEntry): boolean {
  return state === "applied" && problems.length + warnings.length === 0;
}

const COLUMNS: readonly Column[] = [
  { title: "version" },
  { title: "name", shrinks: true },
  { title: "state" },
  { title: "applied at" },
  { title: "took", align: "right", dispensable: true },
  { title: "by", dispensable: true },
];

function renderEntries(entries: readonly StatusEntry[], layout: Layout): readonly string[] {
  if (entries.length === 0) return [];
  const rows = entries.map((entry): readonly Cell[] => [
    formatVersion(entry.version),
    entry.name,
    describeState(entry),
    entry.appliedAt === null ? "" : entry.appliedAt.slice(0, 19).replace("T", " "),
    entry.durationMs === null ? "" : formatDuration(entry.durationMs),
    entry.dbUser ?? "",
  ]);
  return [...layOutTable(COLUMNS, rows, layout), ""];
}

/** The state of a migration and what is wrong with it, in a few words. */
export function describeState(entry: StatusEntry): Cell {
  const progress = `${entry.done} of ${entry.total}`;
  const wrong = [...new Set([...entry.problems, ...entry.warnings].map(({ code }) => code))];
  // The words before give the state; the codes say what is wrong.
  const remarks = wrong
    .filter((code) => code !== "partial" && code !== "in-doubt")
    .map((code) => (code === "modified" && entry.change !== null ? `modified (${entry.change})` : code))
    .join(", ");
  const text = (state: string): string => [state, remarks].filter((part) => part !== "").join(", ");
  const serious = entry.problems.length > 0;
  switch (entry.state) {
    case "applied":
      return { text: text(entry.stamped ? "stamped" : "applied"), style: serious ? "red" : "green" };
    case "pending":
      return { text: text("pending"), style: serious ? "red" : "yellow" };
    case "partial-up":
      return { text: text(`partial ${progress}`), style: "red" };
    case "partial-down":
      return { text: text(`partly reverted ${progress}`), style: "red" };
    default:
      return entry.state satisfies never;
  }
}

/** What is wrong and what helps, each only once, in the order of the table. */
function renderRemarks({ entries, warnings }: StatusReport, layout: Layout): readonly string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    if (entry.done !== null) lines.push(...describeStop(entry, entry.done, entries, layout));
    for (const problem of entry.problems) lines.push(...describeProblem(problem, layout, "red"));
    for (const warning of entry.warnings) lines.push(...describeProblem(warning, layout, "yellow"));
  }
  lines.push(...warnings.map((message) => layout.paint("yellow", message)));
  return lines.length === 0 ? [] : [...lines, ""];
}

/** Where a partial migration stopped, why, and how to go on. */
function describeStop(
  entry: StatusEntry,
  done: number,
  entries: readonly StatusEntry[],
  layout: Layout,
): readonly string[] {
  const file = `${formatMigration(entry)}.${entry.state === "partial-up" ? "up" : "down"}.sql`;
  const stop = layout.paint("red", `${file} stopped after statement ${done} of ${entry.total}.`);
  const why = entry.error === null ? [] : entry.error.split("\n").map((line) => `  ${line}`);
  const below = entries.filter(({ state, version }) => state === "applied" && version < entry.version).at(-1);
  const command =
    entry.state === "partial-up"
      ? "npm run migrate:up"
      : `npm run migrate:down -- --to ${below?.version ?? 0}`;
  // The problem with the file is reported next, with what helps.
  if (entry.problems.some(({ code }) => code === "prefix-modified")) return [stop, ...why];
  return [stop, ...why, `  It goes on there with: ${command}`];
}

function describeProblem({ message, hint }: Problem, layout: Layout, style: "red" | "yellow"): string[] {
  const hints = hint === null ? [] : hint.split("\n").map((line) => `  ${line}`);
  return [layout.paint(style, message), ...hints];
}

function summarize({ entries, total, current, initialized, database }: StatusResult): string {
  const pending = entries.filter(({ state }) => state === "pending").length;
  const partial = entries.filter(({ state }) => state.startsWith("partial")).length;
  const wrong = entries.filter(({ problems, warnings }) => problems.length + warnings.length > 0).length;
  const parts = [
    total === 0 ? "there are no migrations" : `${pending === 0 ? "nothing" : pending} pending`,
    partial === 0 ? null : `${partial} partial`,
    wrong === 0 ? null : `${wrong} with a problem`,
  ].filter((part) => part !== null);
  const at = current === null ? "has no migration applied" : `is at ${formatVersion(current)}`;
  return `${database} ${initialized ? at : "has no history table yet"}: ${parts.join(", ")}.`;
}

export interface StatusReport {
  /** The database as the server spells it, and the history table in it. */
  readonly database: string;
  readonly table: string;
  /** Whether the history table exists. */
  readonly initialized: boolean;
  /** What keeps two runners apart on this server: GET_LOCK, or a lease when nodes have locks of their own. */
  readonly lock: LockKind;
  /** The database's version; null: base. */
  readonly current: number | null;
  readonly entries: readonly StatusEntry[];
  readonly warnings: readonly string[];
}

/**
 * Compares the folder with the database. Changes nothing and takes no lock.
 * @throws RefusedError for problems of the folder as a whole, MigrateError for server and history
 */
export async function readStatus(settings: Settings): Promise<StatusReport> {
  const { migrations, warnings } = folderOf(settings);
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { exists, rows } = await readHistoryState(session, settings.table);
      const states = foldWith(migrations, rows);
      const entries: StatusEntry[] = [];
      for (const entry of judgeStates(migrations, states)) {
        if (!isModified(entry) && entry.done === null) {
          entries.push(entry);
          continue;
        }
        const state = states.get(entry.version);
        const migration = migrations.find(({ version }) => version === entry.version);
        const changed = await findChangedPrefix(session, settings.table, state, migration);
        const problems = changed === null ? entry.problems : [...entry.problems, changed];
        const change = isModified(entry) ? await judgePair(session, settings.table, migration, state) : null;
        entries.push({ ...entry, problems, change });
      }
      return {
        database: session.database,
        table: settings.table,
        initialized: exists,
        lock: lockKind(session),
        current: currentVersion(states),
        entries,
        warnings,
      };
    }),
  );
}

function isModified({ problems, warnings }: StatusEntry): boolean {
  return [...problems, ...warnings].some(({ code }) => code === "modified");
}

/** The worse change of the two files. */
async function judgePair(
  session: Session,
  table: string,
  migration: Migration | undefined,
  state: VersionState | undefined,
): Promise<StatusEntry["change"]> {
  if (migration === undefined || state === undefined) return null;
  const texts = await readAppliedTexts(session, table, state);
  return worstChange([
    judgeChange(migration.up, state.upChecksum, texts.up, session.server),
    judgeChange(migration.down, state.downChecksum, texts.down, session.server),
  ]);
}
