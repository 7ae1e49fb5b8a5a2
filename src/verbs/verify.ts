import { MigrateError } from "../errors";
import { formatMigration } from "../migrations/names";
import {
  type Migration,
  readMigrations,
  refuseTemplates,
  requireMigrations,
} from "../migrations/read-migrations";
import type { NotCompared } from "../schema/show-create";
import { findReaching, type SharedServer } from "../scratch/reach";
import { filesOf, isStopped, type Replay, type Stop, withReplay } from "../scratch/replay";
import { withScratchDatabase } from "../scratch/scratch-database";
import { type ScratchServer, withScratchServer } from "../scratch/scratch-server";
import {
  type Ground,
  isVerdict,
  type VerifiedMigration,
  verifyPair,
  withVerdict,
} from "../scratch/verify-pair";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import type { Layout } from "./layout";
import { text, value } from "./options";
import { defineCommand } from "./verb";

/** Whether every pair keeps its promise. */
export interface VerifyResult extends VerifyReport {
  readonly proven: boolean;
}

/** Tries each pair up, down and up again on a throwaway database. */
export const verify = defineCommand({
  name: "verify",
  summary: "Apply, revert and apply each migration again on a throwaway database, and compare",
  details: [
    "Says of each pair whether its down file gives back the schema that was there before it.",
    "Exits 1 when one does not, or fails. The target database is only asked what it is like.",
  ],
  options: {
    from: value("N", text, "Begin with this version; default the first"),
    to: value("N", text, "End with this version; default the last"),
  },
  examples: ["verify", "verify --from 12", "verify --json"],
  run: async (context): Promise<VerifyResult> => {
    const { from, to } = context.options;
    const range = { from: readVersion("--from", from), to: readVersion("--to", to) };
    const stop = { signal: context.signal, killSignal: context.killSignal };
    const report = await verifyMigrations(context.settings(), context.scratch(), range, stop);
    return { ...report, proven: report.migrations.every(isGood) };
  },
  render: (result, layout) => [
    ...result.remarks.map((remark) => layout.paint("yellow", remark)),
    ...result.notCompared.map(({ object, why }) =>
      layout.paint("yellow", `Not compared: ${object}: ${why}.`),
    ),
    ...result.migrations.flatMap((migration) => describe(migration, layout)),
    summarize(result),
  ],
  exitCode: ({ proven }) => (proven ? 0 : 1),
});

function readVersion(option: string, given: string | null): number | null {
  if (given === null) return null;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new MigrateError("usage", `${option} takes a version, such as 5.`);
}

function isGood({ verdict }: VerifiedMigration): boolean {
  return verdict === "proven" || verdict === "irreversible";
}

const WORDS: Readonly<Record<VerifiedMigration["verdict"], string>> = {
  proven: "proven",
  irreversible: "irreversible, as it says",
  "not-inverse": "its down file does not take it back; what is left over would need:",
  "not-repeatable": "applied again it gives something else; what is missing then:",
  failing: "fails, on the throwaway database:",
  "not-reached": "not reached",
};

function describe(migration: VerifiedMigration, layout: Layout): readonly string[] {
  const style = isGood(migration) ? "green" : "red";
  const line = `${formatMigration(migration)}  ${layout.paint(style, WORDS[migration.verdict])}`;
  const details = migration.difference ?? migration.error ?? "";
  return [
    line,
    ...(details === ""
      ? []
      : details
          .trimEnd()
          .split("\n")
          .map((each) => `    ${each}`)),
  ];
}

function summarize({ migrations, stopped }: VerifyResult): string {
  const count = (verdicts: readonly string[]): number =>
    migrations.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const parts = [
    `${count(["proven"])} proven`,
    count(["irreversible"]) === 0 ? null : `${count(["irreversible"])} irreversible`,
    count(["not-inverse", "not-repeatable"]) === 0
      ? null
      : `${count(["not-inverse", "not-repeatable"])} not inverse`,
    count(["failing"]) === 0 ? null : `${count(["failing"])} failing`,
    count(["not-reached"]) === 0 ? null : `${count(["not-reached"])} not reached`,
  ];
  const counts = `${migrations.length} pairs: ${parts.filter((part) => part !== null).join(", ")}.`;
  return stopped ? `Stopped on request. ${counts} Nothing but throwaway databases was touched.` : counts;
}

export type { Verdict, VerifiedMigration } from "../scratch/verify-pair";

export interface VerifyReport {
  readonly migrations: readonly VerifiedMigration[];
  /** Whether it was stopped before all of them were tried. */
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
 * compares once more. A request to stop ends it with the verdicts so far.
 * @throws MigrateError `unknown-version`, `folder-empty`, `no-scratch`; RefusedError with everything that must not run
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
  refuseTemplates(chosen);
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
    const rest = chosen.slice(run.verified.length).map((migration) => withVerdict(migration, "not-reached"));
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
  /** The whole schema is read after each file, because reading only what should have changed has missed something. */
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
 * Tries migrations on one scratch database as long as its schema is known to be right. That is usually to the end; only
 * if the schema cannot be corrected after a wrong down file, the rest gets a new database.
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
        run.verified.push(...migrations.map((migration) => withVerdict(migration, "not-reached")));
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
      for (const each of migrations.slice(index + 1)) run.verified.push(withVerdict(each, "not-reached"));
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

/** At the end the whole schema is read once more, and must equal the sum of the parts. */
async function missesSomething(replay: Replay): Promise<boolean> {
  const parts = await replay.readSchema();
  const whole = await replay.readWhole();
  return JSON.stringify(parts) !== JSON.stringify(whole);
}
