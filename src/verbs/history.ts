import { MigrateError } from "../errors";
import { ACTION_WORDS } from "../history/action-words";
import { foldHistory, readHistoryState } from "../history/fold";
import type { HistoryRow } from "../history/lines";
import { formatVersion } from "../migrations/names";
import { readBranchedMigrations } from "../migrations/read-migrations";
import { currentVersion } from "../plan/plan";
import { parseTarget, versionAt } from "../plan/target";
import { withSession } from "../server/connection";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { type Cell, type Column, formatDuration, type Layout, layOutTable, plural } from "./layout";
import { count, text, value } from "./options";
import { defineCommand } from "./verb";

/** Shows what was done, as a log. */
export const history = defineCommand({
  name: "history",
  summary: "Show what was done: applied, reverted, stamped, repaired, resolved",
  details: [
    "Newest last. It is a log: reverting a migration adds a line. Times are in UTC. Changes nothing.",
  ],
  options: {
    range: value("A:B", text, "Only these versions, such as 3:7, :head, base: or -2:head"),
    last: value("N", count, "Only the last so many lines"),
  },
  examples: ["history", "history --last 10", "history --range 3:7", "history --range -2: --json"],
  run: async (context) => readLog(context.settings(), context.options.range, context.options.last),
  overMany: {
    brief: ({ lines }) => ({
      state: plural(lines.length, "line"),
      style: null,
      from: null,
      to: null,
      migrations: new Set(lines.map(({ version }) => version)).size,
    }),
    parallel: 4,
    columns: { from: null, to: null, migrations: "migrations" },
    readsFolder: false,
    worthPrinting: ({ lines }) => lines.length > 0,
  },
  render: ({ lines, initialized, database }, layout) => {
    if (lines.length > 0) return renderLog(lines, layout);
    return [initialized ? `Nothing was done in ${database}.` : `${database} has no history table yet.`];
  },
});

/** Lines of the history as a table. */
export function renderLog(lines: readonly HistoryRow[], layout: Layout): readonly string[] {
  return layOutTable(COLUMNS, lines.map(toCells), layout);
}

const COLUMNS: readonly Column[] = [
  { title: "when" },
  { title: "version" },
  { title: "name" },
  { title: "what" },
  { title: "details", shrinks: true },
];

function toCells(line: HistoryRow): readonly Cell[] {
  return [
    line.startedAt.slice(0, 19).replace("T", " "),
    formatVersion(line.version),
    line.name,
    describe(line),
    details(line),
  ];
}

/** The reason comes first: a person wrote it, and a narrow terminal cuts off the end. */
function details({ action, reason, done, durationMs, dbUser, osUser, host }: HistoryRow): string {
  const ran = action === "up" || action === "down";
  const took = durationMs === null ? "" : ` in ${formatDuration(durationMs)}`;
  const parts = [
    reason,
    ran ? `${plural(done, "statement")}${took}` : null,
    `by ${dbUser} (${osUser}@${host})`,
  ];
  return parts.filter((part) => part !== null).join("; ");
}

function describe({ action, finishedAt, done, total }: HistoryRow): Cell {
  const word = ACTION_WORDS[action];
  if (finishedAt !== null) return { text: word, style: action === "up" ? "green" : null };
  return { text: `${word} ${done} of ${total}`, style: "red" };
}

export interface LogReport {
  readonly database: string;
  readonly table: string;
  /** Whether the history table exists. */
  readonly initialized: boolean;
  /** Oldest first. */
  readonly lines: readonly HistoryRow[];
}

/**
 * Reads the log of what was done. Changes nothing and takes no lock.
 * @param range such as `3:7`; null: all versions
 * @param last how many of the newest lines; null: all
 * @throws MigrateError `unknown-version` for an invalid range; RefusedError for folder and history
 */
export async function readLog(
  settings: Settings,
  range: string | null,
  last: number | null,
): Promise<LogReport> {
  const report = await readWholeLog(settings, range);
  return last === null ? report : { ...report, lines: report.lines.slice(-last) };
}

async function readWholeLog(settings: Settings, range: string | null): Promise<LogReport> {
  // What was done does not depend on the folder, but the meaning of "head" does.
  const migrations = range === null ? [] : readBranchedMigrations(settings.dir).migrations;
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { exists, rows } = await readHistoryState(session, settings.table);
      const base = { database: session.database, table: settings.table, initialized: exists };
      if (range === null) return { ...base, lines: rows };
      const states = foldHistory(rows);
      const known = [...migrations.map(({ version }) => version), ...states.keys()];
      const versions = [...new Set(known)].sort((a, b) => a - b);
      const { from, to } = parseRange(range, versions, currentVersion(states));
      return { ...base, lines: rows.filter(({ version }) => version >= from && version <= to) };
    }),
  );
}

/** A range of versions, both ends included. */
export interface VersionRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a range such as `3:7`, `:head`, `base:`, `-2:` or a single `5`.
 * @param versions all known versions, rising
 * @param current for distances; null: base
 * @throws MigrateError `unknown-version`
 */
export function parseRange(text: string, versions: readonly number[], current: number | null): VersionRange {
  const [start = "", end = start, extra] = text.split(":");
  if (extra !== undefined || (start === "" && end === "" && text !== ":")) {
    throw new MigrateError("unknown-version", `${JSON.stringify(text)} is not a range.`, {
      hint: "A range is two versions, such as 3:7, :head or base:",
    });
  }
  const at = (end: string): number => versionAt(parseTarget(end), versions, current);
  const range = {
    from: start === "" ? 0 : at(start),
    to: end === "" ? Number.POSITIVE_INFINITY : at(end),
  };
  if (range.from <= range.to) return range;
  throw new MigrateError("unknown-version", `${text} ends before it begins.`, {
    hint: `The other way round: ${end}:${start}`,
  });
}
