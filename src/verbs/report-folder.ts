import { MigrateError } from "../errors";
import { readMigrations, refuseTemplates, requireMigrations } from "../migrations/read-migrations";
import { judgeStates } from "../plan/version-state";
import { definitionsOf } from "../schema/definitions";
import type { Schema } from "../schema/model";
import { applyMigrations, readScratch } from "../scratch/build";
import { findReaching } from "../scratch/reach";
import type { Stop } from "../scratch/replay";
import { withScratchAlone } from "../scratch/scratch-alone";
import { withScratchDatabase } from "../scratch/scratch-database";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import { packageVersion } from "../version";
import { compareSchemas, nameServer, readFolderTexts } from "./report-input";
import type { ReportInput } from "./report-renderers";

/** Which versions a report of a folder is about; null: the newest. */
export interface FolderRange {
  /** The schema as the migrations up to this one build it. */
  readonly to: number | null;
  /** What changed since this one; null: nothing is compared. */
  readonly from: number | null;
}

/**
 * Builds on a scratch database what the folder's migrations say, and reads all that a report of it shows. Asks no target.
 * @param databaseName what the scratch database is called where that is free to choose
 * @throws MigrateError `folder-empty`, `unknown-version`, `no-local-server`, `interrupted`; RefusedError for the folder;
 *   StatementError when a migration fails
 */
export async function readFolderForReport(
  settings: Omit<Settings, "database">,
  scratch: ScratchSettings,
  databaseName: string,
  { from, to }: FolderRange,
  stop: Stop,
): Promise<ReportInput> {
  const folder = readMigrations(settings.dir);
  requireMigrations(folder);
  const { migrations } = folder;
  const versions = migrations.map(({ version }) => version);
  for (const version of [from, to]) {
    if (version === null || version === 0 || versions.includes(version)) continue;
    throw new MigrateError("unknown-version", `There is no migration ${version} in ${settings.dir}.`);
  }
  const last = to ?? versions.at(-1) ?? 0;
  if (from !== null && from > last) {
    throw new MigrateError("unknown-version", `From ${from} to ${last} is the way back.`, {
      hint: `The other way round: --from ${last} --to ${from}`,
    });
  }
  const chosen = migrations.filter(({ version }) => version <= last);
  refuseTemplates(chosen);
  const options = {
    settings,
    scratch,
    databaseName,
    findReaching: (shared: Parameters<typeof findReaching>[2]) => findReaching(chosen, [], shared),
  };
  return await withScratchAlone(options, async (server, whole) => {
    const { before, after } = await withScratchDatabase(server, async (database) => {
      let earlier: Schema | null = null;
      if (from !== null && from > 0) await applyMigrations(whole, database, from, stop);
      if (from !== null) earlier = await readScratch(whole, database);
      if (last > 0) await applyMigrations(whole, database, last, stop, from);
      return { before: earlier, after: await readScratch(whole, database) };
    });
    const title = before === null ? "" : `From ${from} to ${last}`;
    const sizes = new Map();
    return {
      title: settings.dir,
      server: nameServer(server.server),
      tool: packageVersion(),
      of: `as migrations up to ${last} build it`,
      version: last,
      remarks: [
        ...after.notCompared.map(({ object, why }) => `Not shown: ${object}: ${why}.`),
        ...server.remarks,
      ],
      made: new Date(),
      schema: after,
      facts: { definitions: definitionsOf(after, server.server), sizes },
      entries: judgeStates(chosen, new Map()),
      isStateKnown: false,
      texts: readFolderTexts(settings.dir),
      rows: [],
      difference: before === null ? null : compareSchemas(title, before, after, server.server),
      drift: null,
      noBackslashEscapes: server.server.noBackslashEscapes,
    };
  });
}
