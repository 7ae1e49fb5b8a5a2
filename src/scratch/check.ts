import type { Settings } from "../config";
import type { ScratchSettings } from "../config/scratch";
import { readMigrations } from "../files/read-migrations";
import { readStatus, type StatusReport } from "../run/status";
import { diffSchemas } from "../schema/diff";
import type { NotCompared, Schema } from "../schema/model";
import { readRenameDeclarations } from "../schema/rename-declarations";
import { NO_RENAMES } from "../schema/renames";
import { renderChanges } from "../schema/render-changes";
import { resolveRenames } from "../schema/resolve-renames";
import { applyMigrations, readScratch, refuseIfStopped, type Stop } from "./build";
import { withPartitionsOf } from "./ignored";
import { readLiveSchema } from "./live-schema";
import { loadDeclared } from "./load-declared";
import type { DeclaredSchema } from "./proposal";
import { findReaching, type SharedServer } from "./reach";
import { withScratchDatabase } from "./scratch-database";
import { type ScratchServer, withScratchServer } from "./scratch-server";

export interface CheckReport {
  readonly database: string;
  readonly current: number | null;
  /** SQL that would make the database what its migrations build; empty when it is. */
  readonly drift: string;
  /** Versions that are not applied. */
  readonly pending: readonly number[];
  /** What is wrong with applied migrations, one line each. */
  readonly problems: readonly string[];
  /** SQL that would take the migrations' schema to schema.sql; empty when it is that, null when there is no such file. */
  readonly undeclared: string | null;
  readonly notCompared: readonly NotCompared[];
  readonly remarks: readonly string[];
}

/**
 * Holds the live database against what its migrations build on a scratch database, and those against schema.sql.
 * Only looks at the target.
 * @param declared null when there is no schema.sql
 * @throws as `readStatus`; MigrateError `no-scratch`; StatementError when a migration or schema.sql fails on scratch
 */
export async function checkDatabase(
  settings: Settings,
  scratch: ScratchSettings,
  declared: DeclaredSchema | null,
  stop: Stop = {},
): Promise<CheckReport> {
  const status = await readStatus(settings);
  const live = await readLiveSchema(settings);
  const files = declared === null ? [] : [{ fileName: declared.path, sql: declared.sql }];
  const { migrations } = readMigrations(settings.dir);
  const options = {
    settings,
    scratch,
    findReaching: (server: SharedServer) => findReaching(migrations, files, server),
  };
  return await withScratchServer(options, async (server) => {
    const { applied, all } = await build(settings, server, status.current, stop);
    refuseIfStopped(stop);
    const expected = withPartitionsOf(live.schema, applied, settings);
    const drift = diffSchemas(live.schema, expected, {
      server: live.server,
      renames: NO_RENAMES,
      anyDefiner: true,
    });
    return {
      database: status.database,
      current: status.current,
      drift: renderChanges(drift, live.server),
      pending: status.entries.filter(({ state }) => state !== "applied").map(({ version }) => version),
      problems: describeProblems(status),
      undeclared: declared === null ? null : await compareDeclared(settings, server, declared, all),
      notCompared: live.schema.notCompared,
      remarks: server.remarks,
    };
  });
}

interface Built {
  /** At the version the target is at. */
  readonly applied: Schema;
  readonly all: Schema;
}

async function build(
  settings: Settings,
  server: ScratchServer,
  current: number | null,
  stop: Stop,
): Promise<Built> {
  return await withScratchDatabase(server, async (database) => {
    if (current !== null) await applyMigrations(settings, database, current, stop);
    const applied = await readScratch(settings, database);
    await applyMigrations(settings, database, null, stop, current);
    return { applied, all: await readScratch(settings, database) };
  });
}

async function compareDeclared(
  settings: Settings,
  server: ScratchServer,
  { path, sql }: DeclaredSchema,
  all: Schema,
): Promise<string> {
  const declared = await withScratchDatabase(server, async (database) => {
    await loadDeclared(database, path, sql);
    return withPartitionsOf(all, await readScratch(settings, database), settings);
  });
  const declarations = readRenameDeclarations(sql, { fileName: path });
  const { renames } = resolveRenames(declarations, { from: all, to: declared });
  return renderChanges(diffSchemas(all, declared, { server: server.server, renames }), server.server);
}

function describeProblems({ entries }: StatusReport): string[] {
  return entries.flatMap(({ problems, warnings }) =>
    [...problems, ...warnings].map(({ message }) => message),
  );
}
