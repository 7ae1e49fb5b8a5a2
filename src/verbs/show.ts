import { MigrateError, RefusedError } from "../errors";
import { isInForce, readHistoryState, type VersionState } from "../history/fold";
import type { HistoryRow } from "../history/lines";
import { type FileChange, judgeChange, readAppliedTexts, worstChange } from "../history/stored-migrations";
import { type Direction, formatMigration } from "../migrations/names";
import { type Migration, type MigrationFile, readMigrations } from "../migrations/read-migrations";
import { readStatements } from "../migrations/read-statements";
import { readText, STORED_TEXT_LIMIT, type StoredTexts } from "../migrations/read-text";
import { currentVersion } from "../plan/plan";
import { foldWith } from "../plan/squashed";
import { parseTarget, unknownVersion, versionAt } from "../plan/target";
import { judgeStates, type StatusEntry } from "../plan/version-state";
import { findChangedPrefix } from "../run/prefix";
import { withSession } from "../server/connection";
import type { ServerInfo } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { unifiedDiff } from "../syntax/unified-diff";
import { renderLog } from "./history";
import { type Layout, plural } from "./layout";
import { flag, required, target } from "./options";
import { describeState } from "./status";
import { defineCommand } from "./verb";

/** Shows everything about one migration. */
export const show = defineCommand({
  name: "show",
  summary: "Show one migration: files, checksums, when applied, what changed since",
  details: [
    "For a modified one: the difference between what was applied and what is on disk. Changes nothing.",
    "Without a database it shows the files alone.",
  ],
  options: {
    which: required("N", target, "Version of the migration, or head, +1, -1"),
    applied: flag("Print what was applied as well, as the history keeps it"),
  },
  examples: ["show 7", "show head", "show 7 --applied"],
  run: async (context) => {
    const { which, applied } = context.options;
    try {
      return await readOne(context.settings(), which, { withTexts: applied });
    } catch (error) {
      // A program asked about its database, but a person may be glad to see the files.
      if (context.environmentFolder === null || applied || !isOutOfReach(error)) throw error;
      return await readFromFolder(context.folder().dir, which, error);
    }
  },
  render: (report, layout) => [
    layout.paint("bold", formatMigration(report.entry)),
    ...indent([
      `state     ${stateOf(report)}`,
      ...report.files.flatMap((file) => renderFile(file, report, layout)),
    ]),
    ...(report.lines.length === 0 ? [] : ["", ...renderLog(report.lines, layout)]),
    ...report.files.flatMap(({ diff }) =>
      diff === null ? [] : ["", ...diff.map((line) => paintDiff(line, layout))],
    ),
    ...report.files.flatMap((file) => renderText(file, layout)),
    ...renderProblems(report, layout),
  ],
});

function stateOf({ entry, unknown }: ShowReport): string {
  if (unknown !== null) return `not known: ${unknown}`;
  const cell = describeState(entry);
  return typeof cell === "string" ? cell : cell.text;
}

function renderFile(file: ShownFile, { entry }: ShowReport, layout: Layout): readonly string[] {
  const { direction, statements, checksum, appliedChecksum, change } = file;
  const label = direction.padEnd(8);
  const content = statements === null ? "" : `, ${plural(statements, "statement")}`;
  const name =
    file.file ??
    (direction === "down" && entry.irreversible ? "none: it is irreversible" : "not in the folder");
  const sameChecksum = checksum === appliedChecksum || appliedChecksum === null;
  return [
    `${label}  ${name}${content}`,
    ...(checksum === null ? [] : [`          sha256 ${checksum}`]),
    ...(sameChecksum ? [] : [`          sha256 ${appliedChecksum} was applied`]),
    ...(change === null || change === "none"
      ? []
      : [layout.paint("red", `          ${describeChange(change)}`)]),
  ];
}

function paintDiff(line: string, layout: Layout): string {
  if (/^(---|\+\+\+) /.test(line)) return layout.paint("bold", line);
  if (line.startsWith("-")) return layout.paint("red", line);
  return line.startsWith("+") ? layout.paint("green", line) : line;
}

function renderText({ direction, appliedText }: ShownFile, layout: Layout): readonly string[] {
  if (appliedText === null) return [];
  return [
    "",
    layout.paint("bold", `-- ${direction}, as applied`),
    ...appliedText.replace(/\n$/, "").split("\n"),
  ];
}

/** What is wrong and what helps. This verb shows changes itself, so there is no hint about how to see them. */
function renderProblems({ entry }: ShowReport, layout: Layout): readonly string[] {
  const problems = [...entry.problems, ...entry.warnings];
  if (problems.length === 0) return [];
  const lines = problems.flatMap(({ code, message, hint }) => [
    layout.paint("red", message),
    ...(code === "modified" ? [] : indent(hint?.split("\n") ?? [])),
  ]);
  if (!problems.some(({ code }) => code === "modified")) return ["", ...lines];
  return [
    "",
    ...lines,
    "  Restore what was applied, or put the change in a new migration; or accept what is on disk:",
    `    npm run migrate:repair -- ${entry.version} --reason "why"`,
  ];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

/** How a file differs from what was applied, in words. */
export function describeChange(change: FileChange): string {
  switch (change) {
    case "none":
      return "unchanged";
    case "comments":
      return "only comments or white space changed";
    case "code":
      return "statements changed";
    case "unknown":
      return "changed; it is too large to say how";
    default:
      return change satisfies never;
  }
}

/** One half of a migration, on disk and as it was applied. */
export interface ShownFile {
  readonly direction: Direction;
  /** Name on disk; null: it is not in the folder. */
  readonly file: string | null;
  /** Statements in the file on disk; null when there is no file, or it cannot be split. */
  readonly statements: number | null;
  readonly checksum: string | null;
  /** Checksum of what was applied; null: it is not applied, or had no such file. */
  readonly appliedChecksum: string | null;
  /** How the file differs from what was applied; null: it is not applied, or is not in the folder. */
  readonly change: FileChange | null;
  /** Unified diff from what was applied to what is on disk, line by line; null when there is no diff. */
  readonly diff: readonly string[] | null;
  /** What was applied, as the history keeps it; null: not asked for, not applied, or too large to keep. */
  readonly appliedText: string | null;
}

export interface ShowReport {
  /** null: no database could be asked, and `entry` is only about the folder. */
  readonly database: string | null;
  /** Why no database could be asked; null: one was. */
  readonly unknown: string | null;
  readonly entry: StatusEntry;
  readonly files: readonly ShownFile[];
  /** What was done with this version, oldest first. */
  readonly lines: readonly HistoryRow[];
}

/**
 * Reads everything about one migration. Changes nothing and takes no lock.
 * @param which a version, `head`, or a distance from the current one
 * @param withTexts also give the whole applied text
 * @throws MigrateError `unknown-version`; RefusedError for folder and history
 */
export async function readOne(
  settings: Settings,
  which: string,
  { withTexts = false }: { readonly withTexts?: boolean } = {},
): Promise<ShowReport> {
  const wanted = parseTarget(which);
  const { migrations } = readMigrations(settings.dir);
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { rows } = await readHistoryState(session, settings.table);
      const states = foldWith(migrations, rows);
      const entries = judgeStates(migrations, states);
      const versions = entries.map(({ version }) => version);
      const version = versionAt(wanted, versions, currentVersion(states));
      const entry = entries.find((each) => each.version === version);
      if (entry === undefined) throw unknownVersion(version, entries);
      const state = states.get(version);
      const applied = isInForce(state) ? state : null;
      const texts = applied === null ? null : await readAppliedTexts(session, settings.table, applied);
      const migration = migrations.find((each) => each.version === version) ?? null;
      const files: ShownFile[] = [];
      for (const direction of ["up", "down"] as const) {
        const file = await showFile(direction, migration, applied, texts, session.server);
        files.push(withTexts ? { ...file, appliedText: texts?.[direction] ?? null } : file);
      }
      const lines = rows.filter((row) => row.version === version);
      const change = worstChange(files.map((file) => file.change));
      const changed = await findChangedPrefix(session, settings.table, state, migration);
      const problems = changed === null ? entry.problems : [...entry.problems, changed];
      return {
        database: session.database,
        unknown: null,
        entry: { ...entry, change, problems },
        files,
        lines,
      };
    }),
  );
}

/** Whether there is no database to ask: none is configured, or none answers. */
function isOutOfReach(error: unknown): error is MigrateError {
  if (!(error instanceof MigrateError)) return false;
  if (error instanceof RefusedError) return error.problems.every(({ code }) => code === "missing-setting");
  return error.code === "cannot-connect" || error.code === "unknown-database";
}

/** Gives what the folder alone tells. @param why no database was asked; thrown when the target needs one */
async function readFromFolder(dir: string, which: string, why: MigrateError): Promise<ShowReport> {
  const wanted = parseTarget(which);
  if (wanted.kind === "relative") throw why;
  const { migrations } = readMigrations(dir);
  const entries = judgeStates(migrations, new Map());
  const version = versionAt(
    wanted,
    entries.map((each) => each.version),
    null,
  );
  const entry = entries.find((each) => each.version === version);
  if (entry === undefined) throw unknownVersion(version, entries);
  const migration = migrations.find((each) => each.version === version) ?? null;
  const options = { noBackslashEscapes: false };
  const files = [
    await showFile("up", migration, null, null, options),
    await showFile("down", migration, null, null, options),
  ];
  return { database: null, unknown: why.message, entry, files, lines: [] };
}

type Splitting = Pick<ServerInfo, "noBackslashEscapes">;

async function showFile(
  direction: Direction,
  migration: Migration | null,
  applied: VersionState | null,
  texts: StoredTexts | null,
  server: Splitting,
): Promise<ShownFile> {
  const file = migration?.[direction] ?? null;
  const appliedChecksum = (direction === "up" ? applied?.upChecksum : applied?.downChecksum) ?? null;
  const text = texts?.[direction] ?? null;
  const change =
    applied === null || migration === null ? null : judgeChange(file, appliedChecksum, text, server);
  return {
    direction,
    file: file?.fileName ?? null,
    statements: file === null ? null : await countStatements(file, server),
    checksum: file?.checksum ?? null,
    appliedChecksum,
    change,
    appliedText: null,
    diff:
      applied === null || change === null || change === "none"
        ? null
        : makeDiff(`${formatMigration(applied)}.${direction}.sql`, appliedChecksum, text, file),
  };
}

function makeDiff(
  appliedName: string,
  appliedChecksum: string | null,
  text: string | null,
  file: MigrationFile | null,
): readonly string[] | null {
  const isStored = appliedChecksum === null || text !== null;
  if (!isStored || (file !== null && file.bytes > STORED_TEXT_LIMIT)) return null;
  return unifiedDiff(text ?? "", file === null ? "" : readText(file), {
    before: appliedChecksum === null ? "/dev/null" : `${appliedName} (as applied)`,
    after: file === null ? "/dev/null" : `${file.fileName} (on disk)`,
  });
}

async function countStatements(file: MigrationFile, server: Splitting): Promise<number | null> {
  let total = 0;
  try {
    for await (const batch of readStatements(file, { noBackslashEscapes: server.noBackslashEscapes })) {
      total += batch.length;
    }
    return total;
  } catch {
    // Problems with the text are reported when it is about to run; here we only look at it.
    return null;
  }
}
