import type { Settings } from "../config";
import type { ScratchSettings } from "../config/scratch";
import { MigrateError } from "../errors";
import { type Migration, readMigrations, requireMigrations } from "../files/read-migrations";
import type { NotCompared } from "../schema/model";
import { findReaching, type SharedServer } from "./reach";
import { filesOf, isStopped, type Replay, type Stop, withReplay } from "./replay";
import { withScratchDatabase } from "./scratch-database";
import { type ScratchServer, withScratchServer } from "./scratch-server";
import { describe, type Ground, isVerdict, type VerifiedMigration, verifyPair } from "./verify-pair";

export type { Verdict, VerifiedMigration } from "./verify-pair";

export interface VerifyReport {
  readonly migrations: readonly VerifiedMigration[];
  /** It was stopped before all of them were tried; the others were not reached. */
  readonly stopped: boolean;
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
 * compares once more. A request to stop ends it with the verdicts that there are.
 * @throws MigrateError `unknown-version`, `folder-empty`, `no-scratch`; RefusedError with what must not run
 */
export async function verifyMigrations(
  settings: Settings,
  scratch: ScratchSettings,
  range: VerifyRange,
  stop: Stop = {},
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
    const run: Run = {
      settings,
      server,
      stop,
      all: folder.migrations,
      notCompared: new Map(),
      verified: [],
      readsWhole: false,
    };
    try {
      while (run.verified.length < chosen.length && !isStopped(stop)) {
        const missed = await verifySome(run, chosen.slice(run.verified.length));
        if (missed) Object.assign(run, { readsWhole: true, verified: [] });
      }
    } catch (error) {
      if (!(error instanceof MigrateError) || error.code !== "interrupted") throw error;
    }
    const rest = chosen.slice(run.verified.length).map((migration) => describe(migration, "not-reached"));
    const notCompared = [...run.notCompared.values()];
    const { remarks } = server;
    return { migrations: [...run.verified, ...rest], stopped: rest.length > 0, notCompared, remarks };
  });
}

interface Run {
  readonly settings: Settings;
  readonly server: ScratchServer;
  readonly stop: Stop;
  readonly all: readonly Migration[];
  readonly notCompared: Map<string, NotCompared>;
  /** In the order of the migrations. */
  verified: VerifiedMigration[];
  /** A schema is read whole after each file, because reading what should have changed once missed something. */
  readsWhole: boolean;
}

function chooseMigrations(all: readonly Migration[], { from, to }: VerifyRange): readonly Migration[] {
  for (const version of [from, to]) {
    if (version === null || all.some((migration) => migration.version === version)) continue;
    throw new MigrateError("unknown-version", `There is no migration ${version}.`);
  }
  return all.filter(({ version }) => (from === null || version >= from) && (to === null || version <= to));
}

/**
 * Tries migrations on one scratch database for as long as its schema is known to be right: to the end, but for the
 * rare case that what a wrong down file left could not be set right. Then the rest gets a new one.
 * @returns whether reading only what should have changed missed something
 */
async function verifySome(run: Run, migrations: readonly Migration[]): Promise<boolean> {
  const { settings, server, stop } = run;
  return await withScratchDatabase(server, async (database) => {
    return await withReplay(settings, database, stop, async (given) => {
      const replay = noting(run, given);
      const first = migrations[0]?.version ?? 0;
      const below = run.all.filter(({ version }) => version < first);
      await replay.refuseProblems([...below.map(({ up }) => up), ...filesOf(migrations)]);
      if (!(await applyAll(replay, below))) {
        run.verified.push(...migrations.map((migration) => describe(migration, "not-reached")));
        return false;
      }
      const schema = await replay.readSchema();
      await verifyOn({ replay, server: server.server, schema, repaired: false }, run, migrations);
      return !run.readsWhole && (await missesSomething(replay));
    });
  });
}

async function verifyOn(start: Ground, run: Run, migrations: readonly Migration[]): Promise<void> {
  let ground: Ground | null = start;
  for (const [index, migration] of migrations.entries()) {
    if (ground === null || isStopped(run.stop)) return;
    const outcome = await verifyPair(ground, migration);
    if (outcome.migration !== null) run.verified.push(outcome.migration);
    if (outcome.dead) {
      for (const each of migrations.slice(index + 1)) run.verified.push(describe(each, "not-reached"));
      return;
    }
    ground = outcome.ground;
  }
}

/** @returns whether all of them could be applied */
async function applyAll(replay: Replay, migrations: readonly Migration[]): Promise<boolean> {
  try {
    for (const { up } of migrations) await replay.run(up);
    return true;
  } catch (error) {
    if (isVerdict(error)) return false;
    throw error;
  }
}

/** Keeps what could not be compared, whenever it was seen. */
function noting(run: Run, replay: Replay): Replay {
  return {
    ...replay,
    async readSchema() {
      const schema = run.readsWhole ? await replay.readWhole() : await replay.readSchema();
      for (const each of schema.notCompared) run.notCompared.set(each.object, each);
      return schema;
    },
  };
}

/** In the end all is read once more, and must be what the parts came to. */
async function missesSomething(replay: Replay): Promise<boolean> {
  const parts = await replay.readSchema();
  const whole = await replay.readWhole();
  return JSON.stringify(parts) !== JSON.stringify(whole);
}
