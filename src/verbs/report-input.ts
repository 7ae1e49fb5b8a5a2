import { MigrateError } from "../errors";
import { foldHistory } from "../history/fold";
import type { HistoryRow } from "../history/lines";
import { readAppliedTexts } from "../history/stored-migrations";
import type { MigrationFile } from "../migrations/read-migrations";
import { readMigrations } from "../migrations/read-migrations";
import { readText, STORED_TEXT_LIMIT } from "../migrations/read-text";
import { definitionsOf } from "../schema/definitions";
import { diffSchemas } from "../schema/diff";
import type { Schema } from "../schema/model";
import { NO_RENAMES } from "../schema/renames";
import { renderChanges } from "../schema/render";
import type { Stop } from "../scratch/replay";
import { withSession } from "../server/connection";
import type { ServerInfo, Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import { packageVersion } from "../version";
import { type Comparison, compareWithMigrations } from "./check";
import { readLiveSchema } from "./dump";
import { readLog } from "./history";
import { DEFAULT_ROW_TIME_MS, describeCost, lintMigrations, readSizes } from "./lint";
import type { ReportInput } from "./report-renderers";
import { readStatus, type StatusReport } from "./status";

type Difference = NonNullable<ReportInput["difference"]>;
type Texts = ReportInput["texts"];

/**
 * Reads everything that a report about the target shows. The target is only read. Parts that need a scratch server are
 * left out if there is none, and a remark says why.
 * @throws as `readStatus`; MigrateError `interrupted`
 */
export async function readTargetForReport(
  settings: Settings,
  scratch: ScratchSettings,
  stop: Stop,
): Promise<ReportInput> {
  const status = await readStatus(settings);
  const live = await readLiveSchema(settings);
  const { lines } = await readLog(settings, null, null);
  const { schema, server } = live;
  const sizes = await withTranslatedErrors(() => withSession(settings.database, readSizes));
  const remarks = schema.notCompared.map(({ object, why }) => `Not shown: ${object}: ${why}.`);
  const compared = await orWhyNot(
    compareWithMigrations(settings, scratch, { status, live, declared: null }, stop),
  );
  if (typeof compared === "string")
    remarks.push(`What is pending and what differs is not known: ${compared}`);
  else remarks.push(...compared.report.remarks);
  const pending =
    typeof compared === "string" ? null : await readPending(settings, scratch, status, compared, stop);
  return {
    title: status.database,
    server: nameServer(server),
    tool: packageVersion(),
    of: status.current === null ? "no migration applied" : `at version ${status.current}`,
    version: status.current,
    remarks: [...remarks, ...(pending?.remarks ?? [])],
    made: new Date(),
    schema,
    facts: { definitions: definitionsOf(schema, server), sizes },
    entries: status.entries,
    isStateKnown: true,
    texts: await readTexts(settings, status, lines),
    rows: lines,
    difference: pending?.difference ?? null,
    drift: typeof compared === "string" ? null : compared.report.drift,
    noBackslashEscapes: server.noBackslashEscapes,
  };
}

/** `MySQL 9.7.4`. */
export function nameServer({ family, version }: ServerInfo): string {
  return `${family === "mysql" ? "MySQL" : "MariaDB"} ${/^[\d.]+/.exec(version)?.[0] ?? version}`;
}

/** The result, or the reason why there is none; a request to stop is passed on. */
async function orWhyNot<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code === "interrupted") throw error;
    return error.message;
  }
}

async function readPending(
  settings: Settings,
  scratch: ScratchSettings,
  status: StatusReport,
  { built, server }: Comparison,
  stop: Stop,
): Promise<{ readonly difference: Difference | null; readonly remarks: readonly string[] }> {
  if (status.entries.every(({ state }) => state === "applied")) return { difference: null, remarks: [] };
  const range = { from: null, to: null, offline: false, limitMs: DEFAULT_ROW_TIME_MS };
  const linted = await orWhyNot(lintMigrations(settings, scratch, range, stop));
  const difference = compareSchemas("Pending", built.applied, built.all, server);
  if (typeof linted === "string") return { difference, remarks: [`Lint could not look: ${linted}`] };
  const findings = linted.statements.map((statement) => ({
    ...statement,
    costs: statement.cost === null ? null : describeCost(statement.cost),
  }));
  return { difference: { ...difference, findings }, remarks: [] };
}

/** What becomes of one schema to be the other. */
export function compareSchemas(title: string, from: Schema, to: Schema, server: ServerInfo): Difference {
  const changes = diffSchemas(from, to, { server, renames: NO_RENAMES, anyDefiner: true });
  const sizes = new Map();
  return {
    title,
    from,
    to,
    fromFacts: { definitions: definitionsOf(from, server), sizes },
    toFacts: { definitions: definitionsOf(to, server), sizes },
    sql: renderChanges(changes, server),
    findings: null,
  };
}

/** The files' texts; for files no longer in the folder, the texts in the history. */
async function readTexts(
  settings: Settings,
  { entries }: StatusReport,
  rows: readonly HistoryRow[],
): Promise<Texts> {
  const texts = new Map(readFolderTexts(settings.dir));
  const gone = entries.filter(({ version }) => !texts.has(version));
  if (gone.length === 0) return texts;
  const states = foldHistory(rows);
  await withTranslatedErrors(() =>
    withSession(settings.database, async (session: Session) => {
      for (const { version } of gone) {
        const state = states.get(version);
        if (state === undefined) continue;
        const { up, down } = await readAppliedTexts(session, settings.table, state);
        const missing =
          up === null
            ? "Its files are not in the folder, and the history keeps no text of them."
            : "Its files are not in the folder: this is what was applied.";
        texts.set(version, { up, down, missing });
      }
    }),
  );
  return texts;
}

/** The texts of the folder's files, by version. @throws as `readMigrations`, `readText` */
export function readFolderTexts(dir: string): Texts {
  return new Map(
    readMigrations(dir).migrations.map(({ version, up, down }) => {
      const isLarge = [up, down].some((file) => file !== null && file.bytes > STORED_TEXT_LIMIT);
      const missing = isLarge ? "A file is too large to be shown here." : null;
      return [version, { up: readSmall(up), down: readSmall(down), missing }];
    }),
  );
}

function readSmall(file: MigrationFile | null): string | null {
  return file === null || file.bytes > STORED_TEXT_LIMIT ? null : readText(file);
}
