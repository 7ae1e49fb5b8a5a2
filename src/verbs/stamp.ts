import { MigrateError } from "../errors";
import { type HistoryState, readHistoryState, type VersionState } from "../history/fold";
import { type ForeignTool, findForeignHistories } from "../history/other-tools";
import { entryOf, withRecorder } from "../history/record";
import { formatMigration, formatVersion } from "../migrations/names";
import { type Migration, readMigrations } from "../migrations/read-migrations";
import { type Adoption, matchForeign, versionToAdopt } from "../plan/adopt";
import { assess } from "../plan/plan";
import { planStamp, type StampPlan } from "../plan/plan-stamp";
import { parseTarget } from "../plan/target";
import { withSession } from "../server/connection";
import type { Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { type Layout, plural } from "./layout";
import { type Format, flag, optional, text, value } from "./options";
import { position } from "./run-options";
import { defineCommand } from "./verb";

const TOOLS = {
  "golang-migrate": true,
  dbmate: true,
  flyway: true,
  alembic: true,
  knex: true,
  "db-migrate": true,
} as const satisfies Record<ForeignTool, true>;

const NAMES = Object.keys(TOOLS) as readonly ForeignTool[];

const tool: Format<ForeignTool> = {
  takes: `one of ${NAMES.join(", ")}`,
  choices: NAMES,
  read: (given) => NAMES.find((each) => each === given) ?? null,
};

/** Records versions as applied without running them. */
export const stamp = defineCommand({
  name: "stamp",
  summary: "Record versions as applied, or as not applied, without running them",
  details: [
    "Afterwards just the versions up to N are applied, as far as the history goes; nothing is run.",
    "For a database whose schema came from elsewhere, or from another tool: --from reads its table, and leaves it.",
    "Without N and --from it says which tools' tables are there, and records nothing.",
  ],
  options: {
    target: optional("N", text, "Version, head, base, or +2 and -2 from here"),
    from: value("TOOL", tool, `Take over the version of ${NAMES.join(", ")}`),
    reason: value("TEXT", text, "Why; kept in the history"),
    dryRun: flag("Say what would be recorded, and record nothing"),
  },
  examples: ["stamp 14", "stamp head --dry-run", "stamp --from golang-migrate", "stamp base"],
  run: async (context) => {
    const { target, ...options } = context.options;
    return recordVersions(context.settings(), { to: target, ...options });
  },
  render: (report, layout) => {
    const adoptions = renderAdoptions(report.found, report.to, layout);
    const asked = report.stamped.length + report.unstamped.length > 0 || report.recorded;
    if (!asked && adoptions.length > 0) return [...adoptions, "Nothing was recorded."];
    return [...adoptions, ...renderStamps(report)];
  },
});

function renderStamps({ stamped, unstamped, recorded, to }: StampReport): readonly string[] {
  const count = stamped.length + unstamped.length;
  if (count === 0) return [`Nothing to record: ${position(to)}.`];
  const summary = recorded
    ? `Recorded ${plural(count, "migration")}; nothing was run: ${position(to)}.`
    : "Nothing was recorded.";
  const would = recorded ? "" : "would be ";
  return [
    ...unstamped.map((each) => `${formatMigration(each)} ${would}recorded as not applied`),
    ...stamped.map((each) => `${formatMigration(each)} ${would}recorded as applied`),
    summary,
  ];
}

/**
 * What the tables of other tools say, and how to take them over.
 * @param at the database's version, now or afterwards: a table that says the same need not be taken over
 */
export function renderAdoptions(
  found: readonly Adoption[],
  at: number | null,
  layout: Layout,
): readonly string[] {
  return found.flatMap(({ tool, table, newest, version, problems }) => {
    const says = newest === null ? "nothing is applied" : `the newest is ${newest}`;
    const here = version === null ? "" : `, which is ${formatVersion(version)} here`;
    return [
      `Found ${table} of ${tool}: ${says}${newest === null ? "" : here}.`,
      ...problems.map(({ message }) => layout.paint("yellow", `  ${message}`)),
      ...(problems.length > 0 || newest === null || version === at
        ? []
        : [`  To take it over: npm run migrate:stamp -- --from ${tool}`]),
    ];
  });
}

export interface StampOptions {
  /** A version, `head`, `base` or a distance; null: what the other tool's table says. */
  readonly to: string | null;
  /** Take over the version in this tool's table. */
  readonly from: ForeignTool | null;
  /** The reason, kept in the history. */
  readonly reason: string | null;
  readonly dryRun: boolean;
}

/** A version and its name. */
export interface Stamped {
  readonly version: number;
  readonly name: string;
}

export interface StampReport {
  readonly database: string;
  /** False for a dry run, and when no target was given. */
  readonly recorded: boolean;
  /** The database's version before and after; null: base. */
  readonly from: number | null;
  readonly to: number | null;
  readonly stamped: readonly Stamped[];
  readonly unstamped: readonly Stamped[];
  /** Tables of other tools in this database; they are only read. */
  readonly found: readonly Adoption[];
}

/**
 * Records that exactly the versions up to a target are applied; runs nothing.
 * @throws RefusedError `partial`, `renamed`, `foreign-dirty`, `foreign-unmatched`; MigrateError `unknown-version`
 */
export async function recordVersions(settings: Settings, options: StampOptions): Promise<StampReport> {
  const { migrations } = readMigrations(settings.dir);
  if (options.dryRun || (options.to === null && options.from === null)) {
    return await look(settings, migrations, options);
  }
  return await withRecorder(settings, async ({ session, state, record }) => {
    const { plan, found } = await planFor(session, state, migrations, options);
    if (plan === null) throw new TypeError("a stamp needs a target");
    const reason = options.reason ?? (options.from === null ? null : `taken over from ${options.from}`);
    await record([
      ...plan.unstamps.map((held) => unstampEntry(held, reason)),
      ...plan.stamps.map((migration) => entryOf(migration, "stamp", reason)),
    ]);
    return report(session, plan, found, true);
  });
}

/** Finds what would be recorded. Changes nothing and takes no lock. */
async function look(
  settings: Settings,
  migrations: readonly Migration[],
  options: StampOptions,
): Promise<StampReport> {
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const state = await readHistoryState(session, settings.table);
      const { plan, found, current } = await planFor(session, state, migrations, options);
      return report(session, plan ?? { from: current, to: current, stamps: [], unstamps: [] }, found, false);
    }),
  );
}

/** @returns no plan when there is no target */
async function planFor(
  session: Session,
  { rows }: HistoryState,
  migrations: readonly Migration[],
  { to, from }: StampOptions,
): Promise<{ plan: StampPlan | null; found: readonly Adoption[]; current: number | null }> {
  const situation = assess(migrations, rows);
  const found = await readAdoptions(session, migrations);
  const target = from === null ? to : versionToAdopt(from, found, to);
  const plan = target === null ? null : planStamp(situation, parseTarget(target));
  return { plan, found, current: situation.current };
}

/**
 * Looks for the tables of other tools in a database where this tool has applied nothing.
 * @returns also nothing when the folder has problems, because then nobody knows what its versions mean
 */
export async function findAdoptions(settings: Settings): Promise<readonly Adoption[]> {
  const migrations = readIfInOrder(settings.dir);
  if (migrations === null) return [];
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { rows } = await readHistoryState(session, settings.table);
      return assess(migrations, rows).current === null ? await readAdoptions(session, migrations) : [];
    }),
  );
}

function readIfInOrder(dir: string): readonly Migration[] | null {
  try {
    return readMigrations(dir).migrations;
  } catch (error) {
    if (error instanceof MigrateError) return null;
    throw error;
  }
}

/** What the tables of other tools in this database mean for these migrations. */
async function readAdoptions(
  session: Session,
  migrations: readonly Migration[],
): Promise<readonly Adoption[]> {
  return (await findForeignHistories(session)).map((foreign) => matchForeign(foreign, migrations));
}

function unstampEntry(held: VersionState, reason: string | null) {
  const { version, name, upChecksum, downChecksum } = held;
  const texts = { up: null, down: null };
  return { action: "unstamp", version, name, upChecksum, downChecksum, texts, reason } as const;
}

function report(
  session: Session,
  { from, to, stamps, unstamps }: StampPlan,
  found: readonly Adoption[],
  recorded: boolean,
): StampReport {
  const named = ({ version, name }: Stamped): Stamped => ({ version, name });
  return {
    database: session.database,
    recorded,
    from,
    to,
    stamped: stamps.map(named),
    unstamped: unstamps.map(named),
    found,
  };
}
