import type { DatabaseSettings, Settings } from "../config";
import type { ScratchSettings } from "../config/scratch";
import { MigrateError, StatementError, type StatementFailure } from "../errors";
import { type Migration, readMigrations, requireMigrations } from "../files/read-migrations";
import { migrate } from "../run/migrate";
import { diffSchemas } from "../schema/diff";
import type { NotCompared, Schema } from "../schema/model";
import { NO_RENAMES } from "../schema/renames";
import { renderChanges } from "../schema/render-changes";
import { applyMigrations, readScratch, refuseIfStopped, type Stop } from "./build";
import { findReaching, type SharedServer } from "./reach";
import { withScratchDatabase } from "./scratch-database";
import { type ScratchServer, withScratchServer } from "./scratch-server";

/** What became of one pair. */
export type Verdict =
  /** Up, down and up again: down gave back what was there before, up gave the same twice. */
  | "proven"
  /** It says itself that it cannot be reverted; its up file works. */
  | "irreversible"
  /** Down leaves something different from what was there before. */
  | "not-inverse"
  /** The second up gives something different from the first. */
  | "not-repeatable"
  | "failing"
  /** One before it fails, so it could not be tried. */
  | "not-reached";

export interface VerifiedMigration {
  readonly version: number;
  readonly name: string;
  readonly verdict: Verdict;
  /** SQL that makes good the difference, for `not-inverse` and `not-repeatable`; else null. */
  readonly difference: string | null;
  /** What failed, in the server's words, with file, line and column; else null. */
  readonly error: string | null;
  readonly failure: StatementFailure | null;
}

export interface VerifyReport {
  readonly migrations: readonly VerifiedMigration[];
  readonly notCompared: readonly NotCompared[];
  readonly remarks: readonly string[];
}

/** Which pairs to try: both ends included, null for the first or the last. */
export interface VerifyRange {
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * Applies each migration to a scratch database, reverts it, compares with what was there before, applies it again and
 * compares once more.
 * @throws MigrateError `unknown-version`, `folder-empty`, `no-scratch`, `interrupted`
 */
export async function verifyMigrations(
  settings: Settings,
  scratch: ScratchSettings,
  range: VerifyRange,
  stop: Stop = {},
  onVerified: (migration: VerifiedMigration) => void = () => {},
): Promise<VerifyReport> {
  const folder = readMigrations(settings.dir);
  requireMigrations(folder);
  const chosen = chooseMigrations(folder.migrations, range);
  const options = {
    settings,
    scratch,
    findReaching: (server: SharedServer) => findReaching(folder.migrations, [], server),
  };
  return await withScratchServer(options, async (server) => {
    const run: Run = { settings, server, stop, all: folder.migrations, notCompared: new Map() };
    const verified: VerifiedMigration[] = [];
    while (verified.length < chosen.length) {
      const rest = chosen.slice(verified.length);
      const part = await verifySome(run, rest);
      for (const migration of part) onVerified(migration);
      verified.push(...part);
    }
    const notCompared = [...run.notCompared.values()];
    return { migrations: verified, notCompared, remarks: server.remarks };
  });
}

interface Run {
  readonly settings: Settings;
  readonly server: ScratchServer;
  readonly stop: Stop;
  readonly all: readonly Migration[];
  readonly notCompared: Map<string, NotCompared>;
}

function chooseMigrations(all: readonly Migration[], { from, to }: VerifyRange): readonly Migration[] {
  for (const version of [from, to]) {
    if (version === null || all.some((migration) => migration.version === version)) continue;
    throw new MigrateError("unknown-version", `There is no migration ${version}.`);
  }
  return all.filter(({ version }) => (from === null || version >= from) && (to === null || version <= to));
}

/**
 * Tries migrations on one scratch database for as long as it is in a known state: up to the first that is not proven,
 * or to the end. What follows gets a new one, built without the reverting that went wrong.
 */
async function verifySome(run: Run, migrations: readonly Migration[]): Promise<VerifiedMigration[]> {
  return await withScratchDatabase(run.server, async (database) => {
    const [first] = migrations;
    const below = run.all.filter(({ version }) => version < (first?.version ?? 0)).at(-1);
    const verified: VerifiedMigration[] = [];
    try {
      if (below !== undefined) await applyMigrations(run.settings, database, below.version, run.stop);
    } catch (error) {
      if (!isVerdict(error)) throw error;
      return migrations.map((migration) => describe(migration, "not-reached"));
    }
    let before = await readSchema(run, database);
    for (const [index, migration] of migrations.entries()) {
      refuseIfStopped(run.stop);
      const result = await verifyOne(run, database, migration, before);
      verified.push(result.migration);
      if (result.migration.verdict === "failing" && result.after === null) {
        return [...verified, ...migrations.slice(index + 1).map((each) => describe(each, "not-reached"))];
      }
      if (result.after === null || !["proven", "irreversible"].includes(result.migration.verdict)) break;
      before = result.after;
    }
    return verified;
  });
}

/** A verdict; and the schema behind the migration, or null when its up file failed. */
interface Outcome {
  readonly migration: VerifiedMigration;
  readonly after: Schema | null;
}

async function verifyOne(
  run: Run,
  database: DatabaseSettings,
  migration: Migration,
  before: Schema,
): Promise<Outcome> {
  const { version } = migration;
  let after: Schema | null = null;
  try {
    await applyMigrations(run.settings, database, version, run.stop);
    after = await readSchema(run, database);
    if (migration.down === null) return { migration: describe(migration, "irreversible"), after };
    await revert(run, database, version);
    const left = difference(run, await readSchema(run, database), before);
    if (left !== "") return { migration: { ...describe(migration, "not-inverse"), difference: left }, after };
    await applyMigrations(run.settings, database, version, run.stop);
    const rest = difference(run, await readSchema(run, database), after);
    if (rest !== "")
      return { migration: { ...describe(migration, "not-repeatable"), difference: rest }, after };
    return { migration: describe(migration, "proven"), after };
  } catch (error) {
    if (!isVerdict(error)) throw error;
    const { message, failure } = error;
    return { migration: { ...describe(migration, "failing"), error: message, failure }, after };
  }
}

/** What the server refused says something about the migration; a lost connection or a signal does not. */
function isVerdict(error: unknown): error is StatementError {
  return error instanceof StatementError && error.code === "statement-failed";
}

async function revert(run: Run, database: DatabaseSettings, version: number): Promise<void> {
  const below = run.all.filter((migration) => migration.version < version).at(-1);
  const to = String(below?.version ?? 0);
  await migrate({ ...run.settings, database }, "down", { to }, run.stop);
}

async function readSchema(run: Run, database: DatabaseSettings): Promise<Schema> {
  const schema = await readScratch(run.settings, database);
  for (const each of schema.notCompared) run.notCompared.set(each.object, each);
  return schema;
}

function difference(run: Run, from: Schema, to: Schema): string {
  const { server } = run.server;
  return renderChanges(diffSchemas(from, to, { server, renames: NO_RENAMES }), server);
}

function describe({ version, name }: Migration, verdict: Verdict): VerifiedMigration {
  return { version, name, verdict, difference: null, error: null, failure: null };
}
