import { MigrateError } from "../errors";
import { folderOf } from "../migrations/read-migrations";
import type { Schema } from "../schema/model";
import type { DatabaseSettings } from "../settings/database";
import type { Settings } from "../settings/settings";
import { withoutIgnored } from "./ignored";
import { isStopped, type Stop, withReplay } from "./replay";
import { readSchemaOf, runText, withScratchSession } from "./scratch-session";

export type { Stop } from "./replay";

/**
 * Applies the migrations up to a version, or all, to a new scratch database. An empty folder applies none.
 * @param after those up to this version are already applied
 */
export async function applyMigrations(
  settings: Settings,
  scratch: DatabaseSettings,
  to: number | null,
  stop: Stop,
  after: number | null = null,
): Promise<void> {
  const { migrations } = folderOf(settings);
  if (to !== null && !migrations.some(({ version }) => version === to)) {
    throw new MigrateError("unknown-version", `The database is at ${to}, which is not in ${settings.dir}.`, {
      hint: "Run it from a folder that has this migration.",
    });
  }
  const chosen = migrations.filter(
    ({ version }) => (to === null || version <= to) && (after === null || version > after),
  );
  await withReplay(settings, scratch, stop, async (replay) => {
    await replay.refuseProblems(chosen.map(({ up }) => up));
    for (const { up } of chosen) await replay.run(up);
  });
}

/** Reads the schema of a scratch database, without what is ignored. */
export async function readScratch(settings: Settings, scratch: DatabaseSettings): Promise<Schema> {
  const schema = await withScratchSession(scratch, (session) => readSchemaOf(session, settings));
  return withoutIgnored(schema, settings);
}

/**
 * Runs SQL text on a scratch database, one statement after another.
 * @param fileName for messages
 * @param foreignKeys unchecked: the tables they refer to may be in another database, or missing
 * @throws StatementError with the statement's place
 */
export async function runScript(
  scratch: DatabaseSettings,
  fileName: string,
  sql: string,
  foreignKeys: "checked" | "unchecked" = "checked",
): Promise<void> {
  await withScratchSession(scratch, async (session) => {
    if (foreignKeys === "unchecked") await session.run("SET SESSION foreign_key_checks = 0");
    await runText(session, fileName, sql, () => {});
  });
}

/** Stops between two pieces of work when the caller wants that. @throws MigrateError `interrupted` */
export function refuseIfStopped(stop: Stop): void {
  if (isStopped(stop)) throw new MigrateError("interrupted", "Stopped on request.");
}
