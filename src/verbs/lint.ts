import { join } from "node:path";
import { readMigrations, refuseTemplates, requireMigrations } from "../migrations/read-migrations";
import type { AlterCost } from "../scratch/alter-cost";
import { type Finding, type LintedStatement, type LintTarget, lintFiles } from "../scratch/lint";
import { findReaching, type SharedServer } from "../scratch/reach";
import { type Stop, withReplay } from "../scratch/replay";
import { withScratchDatabase } from "../scratch/scratch-database";
import { withScratchServer } from "../scratch/scratch-server";
import { withSession } from "../server/connection";
import type { Session } from "../server/session";
import { LASTING } from "../server/tables";
import { withTranslatedErrors } from "../server/translate-error";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import { type Layout, plural } from "./layout";
import { type Format, flag, seconds, value } from "./options";
import { oneLine } from "./printable";
import { readStatus } from "./status";
import { defineCommand } from "./verb";

/** What each pending statement costs and risks. */
export interface LintResult {
  readonly statements: readonly LintedStatement[];
  /** Findings that no comment allows. */
  readonly errors: number;
  readonly warnings: number;
  /** About the scratch server. */
  readonly remarks: readonly string[];
  readonly format: LintFormat;
  /** The folder of the migrations. */
  readonly dir: string;
}

const FORMATS = ["text", "github", "markdown"] as const;
export type LintFormat = (typeof FORMATS)[number];

const format: Format<LintFormat> = {
  takes: `one of ${FORMATS.join(", ")}`,
  choices: FORMATS,
  read: (given) => FORMATS.find((each) => each === given) ?? null,
};

const warnings: Format<number> = {
  takes: "a whole number",
  read: (given) => (/^\d{1,9}$/.test(given) ? Number(given) : null),
};

const version: Format<number> = {
  takes: "a version, such as 5",
  read: (given) => (/^\d{1,15}$/.test(given) ? Number(given) : null),
};

export const DEFAULT_ROW_TIME_MS = 5_000;

/** Shows what pending statements cost and risk, before anybody runs them. */
export const lint = defineCommand({
  name: "lint",
  summary: "Say what each pending statement will cost and risk; exits 1 for an error",
  details: [
    "Asks a throwaway server how it would alter each table, and the target how large it is and whether rows are in the way.",
    "A comment above a statement silences a rule: -- migrate: allow loses-data, and why.",
    "Only looks at the target: an account that may read is enough. docs/lint.md has the rules.",
  ],
  options: {
    from: value("N", version, "Begin with this version; default the first pending one"),
    to: value("N", version, "End with this version; default the last"),
    offline: flag("Ask no target: look at all migrations, without sizes and rows"),
    maxWarnings: value("N", warnings, "Exit 1 when there are more warnings than this"),
    rowTime: value("SECONDS", seconds, "Look for rows that are in the way at most this long each; default 5"),
    format: value("FORMAT", format, "text, github (annotations) or markdown (a comment for a pull request)"),
  },
  examples: ["lint", "lint --offline --from 12", "lint --format markdown --max-warnings 0"],
  run: async (context): Promise<LintResult> => {
    const { options } = context;
    const settings = context.settings();
    const stop = { signal: context.signal, killSignal: context.killSignal };
    const limitMs = options.rowTime ?? DEFAULT_ROW_TIME_MS;
    const report = await lintMigrations(settings, context.scratch(), { ...options, limitMs }, stop);
    const open = report.statements.flatMap(({ findings }) =>
      findings.filter(({ allowed }) => allowed === null),
    );
    const count = (level: Finding["level"]): number =>
      open.filter((finding) => finding.level === level).length;
    return {
      ...report,
      errors: count("error"),
      warnings: count("warning"),
      format: options.format ?? "text",
      dir: settings.dir,
    };
  },
  render: (result, layout) => RENDERERS[result.format](result, layout),
  exitCode: (result, { maxWarnings }) =>
    result.errors > 0 || result.warnings > (maxWarnings ?? Number.POSITIVE_INFINITY) ? 1 : 0,
});

/** Which migrations to look at, and how. */
export interface LintRange {
  readonly from: number | null;
  readonly to: number | null;
  readonly offline: boolean;
  readonly limitMs: number;
  /** Only these of the pending ones; left out: all. */
  readonly only?: ReadonlySet<number>;
}

/**
 * Looks at pending migrations: on a scratch server, and with the sizes and rows of the target.
 * @throws as `readStatus`; MigrateError `folder-empty`, `no-scratch`; StatementError when a migration fails on scratch
 */
export async function lintMigrations(
  settings: Settings,
  scratch: ScratchSettings,
  { from, to, offline, limitMs, only }: LintRange,
  stop: Stop,
): Promise<Pick<LintResult, "statements" | "remarks">> {
  const folder = readMigrations(settings.dir);
  requireMigrations(folder);
  const { migrations } = folder;
  const applied = offline ? new Set<number>() : await readApplied(settings);
  const chosen = migrations.filter(
    (each) =>
      !applied.has(each.version) &&
      (only === undefined || only.has(each.version)) &&
      (from === null || each.version >= from) &&
      (to === null || each.version <= to),
  );
  refuseTemplates(chosen);
  if (chosen.length === 0) return { statements: [], remarks: [] };
  const last = chosen.at(-1)?.version ?? 0;
  const before = migrations.filter(
    (each) => !chosen.includes(each) && (applied.has(each.version) || each.version < last),
  );
  const options = {
    settings,
    scratch,
    findReaching: (server: SharedServer) => findReaching(migrations, [], server),
  };
  return await withScratchServer(options, async (server) => {
    const statements = await withScratchDatabase(server, async (replay) => {
      await withReplay(settings, replay, stop, async (replayed) => {
        await replayed.refuseProblems([...before, ...chosen].map(({ up }) => up));
        for (const { up } of before) await replayed.run(up);
      });
      return await withScratchDatabase(server, (probe) =>
        withTarget(settings, offline, limitMs, (target) =>
          lintFiles({ settings, replay, probe, migrations: chosen, target, stop }),
        ),
      );
    });
    return { statements, remarks: server.remarks };
  });
}

async function readApplied(settings: Settings): Promise<ReadonlySet<number>> {
  const { entries } = await readStatus(settings);
  return new Set(entries.filter(({ state }) => state === "applied").map((entry) => entry.version));
}

async function withTarget<T>(
  settings: Settings,
  offline: boolean,
  limitMs: number,
  body: (target: LintTarget | null) => Promise<T>,
): Promise<T> {
  if (offline) return await body(null);
  const look = async (session: Session): Promise<T> =>
    await body({ session, sizes: await readSizes(session), limitMs });
  return await withTranslatedErrors(() => withSession(settings.database, look, { unlimited: true }));
}

/** The sizes of the target's tables, by name in lower case. */
export async function readSizes(session: Session): Promise<LintTarget["sizes"]> {
  const rows = await session.query(
    `SELECT TABLE_NAME AS name, COALESCE(TABLE_ROWS, 0) AS n, COALESCE(DATA_LENGTH + INDEX_LENGTH, 0) AS bytes
       FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND ${LASTING}`,
    [session.database],
  );
  return new Map(
    rows.map((row) => [String(row.name).toLowerCase(), { rows: Number(row.n), bytes: Number(row.bytes) }]),
  );
}

const RENDERERS: Readonly<Record<LintFormat, (result: LintResult, layout: Layout) => readonly string[]>> = {
  text: renderText,
  github: renderAnnotations,
  markdown: renderMarkdown,
};

function renderText(result: LintResult, layout: Layout): readonly string[] {
  return [
    ...result.remarks.map((remark) => layout.paint("yellow", remark)),
    ...result.statements.flatMap((statement) => [
      `${statement.file}:${statement.line}:${statement.column}  ${shorten(statement.sql)}`,
      ...(statement.cost === null ? [] : [`    ${describeCost(statement.cost)}${describeSize(statement)}`]),
      ...statement.findings.map((finding) => `    ${describeFinding(finding, layout)}`),
    ]),
    summarize(result),
  ];
}

const LONGEST = 100;

function shorten(sql: string): string {
  const line = oneLine(sql).replace(/\s+/g, " ");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

/** How a server alters a table, and who waits meanwhile. */
export function describeCost({ algorithm, waits, rebuilds, withRow }: AlterCost): string {
  const how = algorithm ?? (rebuilds ? "Copies rows" : "Copies no rows");
  const rows = algorithm !== null && algorithm !== "COPY" && rebuilds ? ", writes the table anew" : "";
  const who = { nothing: "nobody waits", writes: "writes wait", "reads and writes": "reads and writes wait" }[
    waits
  ];
  const unsure = withRow ? "" : " (asked of an empty table)";
  return `${how}${rows}; ${who}${unsure}.`;
}

function describeSize({ table }: LintedStatement): string {
  return table === null ? "" : ` ${table.name}: ${sizeInWords(table)}.`;
}

/** `about 1,234,000 rows, 340.0 MB`. */
export function sizeInWords({ rows, bytes }: { readonly rows: number; readonly bytes: number }): string {
  return `about ${rows.toLocaleString("en-US")} rows, ${formatBytes(bytes)}`;
}

function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function describeFinding(finding: Finding, layout: Layout): string {
  const { rule, level, allowed } = finding;
  if (allowed !== null)
    return layout.paint("green", `allowed  ${rule}: ${sentence(finding)} Why: ${allowed}`);
  return layout.paint(level === "error" ? "red" : "yellow", `${level}  ${rule}: ${sentence(finding)}`);
}

function sentence({ message, instead }: Finding): string {
  return `${message}.${instead === null ? "" : ` ${instead}`}`;
}

function summarize({ statements, errors, warnings: soft }: LintResult): string {
  if (statements.length === 0) return "Nothing that is pending alters a table or risks anything.";
  return `${plural(statements.length, "statement")}: ${plural(errors, "error")}, ${plural(soft, "warning")}.`;
}

/** @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions */
function renderAnnotations({ statements, dir }: LintResult): readonly string[] {
  const data = (given: string): string =>
    given.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = (given: string): string => data(given).replace(/:/g, "%3A").replace(/,/g, "%2C");
  return statements.flatMap((statement) =>
    statement.findings
      .filter(({ allowed }) => allowed === null)
      .map((finding) => {
        const place = `file=${property(join(dir, statement.file))},line=${statement.line},col=${statement.column}`;
        return `::${finding.level} ${place},title=${property(finding.rule)}::${data(sentence(finding))}`;
      }),
  );
}

function renderMarkdown(result: LintResult): readonly string[] {
  const lines = result.statements.map((statement) => {
    const findings = statement.findings.map((finding) => {
      const mark = finding.allowed === null ? `**${finding.level}**` : "allowed";
      const why = finding.allowed === null ? "" : ` Why: ${plain(finding.allowed)}`;
      return `${mark} ${finding.rule}: ${plain(sentence(finding))}${why}`;
    });
    const size = plain(describeSize(statement).trim());
    const cost = statement.cost === null ? "" : describeCost(statement.cost);
    const place = plain(`${statement.file}:${statement.line}`);
    return `| ${place} | <code>${plain(shorten(statement.sql))}</code> | ${[cost, size].filter((each) => each !== "").join("<br>")} | ${findings.join("<br>")} |`;
  });
  const head = ["| where | statement | how | findings |", "|---|---|---|---|"];
  return [...(lines.length === 0 ? [] : [...head, ...lines, ""]), summarize(result)];
}

/** Makes a text plain for a cell: nothing in it is read as markup. */
function plain(given: string): string {
  return oneLine(given).replace(/[&<>|`*_[\]\\]/g, (character) => `&#${character.charCodeAt(0)};`);
}
