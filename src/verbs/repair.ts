import type { Problem } from "../errors";
import { readHistoryState } from "../history/fold";
import { type Entry, entryOf, withRecorder } from "../history/record";
import { type FileChange, judgeChange, readAppliedTexts } from "../history/stored-migrations";
import { formatMigration } from "../migrations/names";
import { readMigrations } from "../migrations/read-migrations";
import { assess } from "../plan/plan";
import { findRepairs, planRepair, type Repair, requireReason } from "../plan/plan-repair";
import { findChangedPrefix } from "../run/prefix";
import { withSession } from "../server/connection";
import type { Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { plural } from "./layout";
import { several, text, value } from "./options";
import { versionNumber } from "./run-options";
import { describeChange } from "./show";
import { defineCommand } from "./verb";

/** Accepts what is on disk for applied migrations. */
export const repair = defineCommand({
  name: "repair",
  summary: "Accept modified, renamed or renumbered files of applied migrations",
  details: [
    "Records that what is on disk is right, for the versions that are named, with a reason. Runs nothing.",
    "Without versions it lists what could be repaired, and changes nothing.",
  ],
  options: {
    versions: several("N", versionNumber, "Versions to accept as they are on disk"),
    reason: value("TEXT", text, "Why it is right; kept in the history"),
  },
  examples: ["repair", 'repair 3 7 --reason "only comments"'],
  run: async (context): Promise<RepairReport> => {
    const { versions, reason } = context.options;
    const settings = context.settings();
    return versions.length === 0 ? listRepairs(settings) : acceptFiles(settings, versions, reason);
  },
  render: ({ repaired, repairs, others }, layout) => [
    ...repairs.map((each) => `${repaired ? "Repaired " : ""}${describe(each)}`),
    ...others.flatMap(({ message, hint }) => [
      layout.paint("red", message),
      ...(hint?.split("\n").map((line) => `  ${line}`) ?? []),
    ]),
    ...summarize(repaired, repairs, others.length),
  ],
});

function describe({ kind, up, down, ...each }: RepairedVersion): string {
  const was = formatMigration(each);
  const now = formatMigration({ version: each.newVersion, name: each.newName });
  const changes = [
    kind === "renumber" ? `is numbered ${now} now` : was === now ? null : `is named ${now} now`,
    up === "none" ? null : `up file: ${describeChange(up)}`,
    down === "none" ? null : `down file: ${describeChange(down)}`,
  ].filter((change) => change !== null);
  return `${was}: ${changes.join("; ")}`;
}

function summarize(
  repaired: boolean,
  repairs: readonly RepairedVersion[],
  others: number,
): readonly string[] {
  if (repaired) return [`Repaired ${plural(repairs.length, "migration")}; nothing was run.`];
  if (repairs.length === 0) {
    return [
      others === 0 ? "Nothing to repair: every file is what was applied." : "None of that can be repaired.",
    ];
  }
  const versions = repairs.map(({ version }) => version).join(" ");
  return [
    "Nothing was changed. To see a change, and to accept what is on disk:",
    `  npm run migrate:show ${repairs[0]?.version}`,
    `  npm run migrate:repair -- ${versions} --reason "why"`,
  ];
}

/** One repair, done or possible. */
export interface RepairedVersion {
  readonly kind: Repair["kind"];
  /** Version and name in the history, and the present ones. */
  readonly version: number;
  readonly name: string;
  readonly newVersion: number;
  readonly newName: string;
  /** How the files differ from what was applied. */
  readonly up: FileChange;
  readonly down: FileChange;
}

export interface RepairReport {
  readonly database: string;
  /** False: these repairs are possible, and nothing was changed. */
  readonly repaired: boolean;
  readonly repairs: readonly RepairedVersion[];
  /** What is wrong and cannot be repaired. */
  readonly others: readonly Problem[];
}

/** Lists what could be repaired. Changes nothing and takes no lock.  @throws RefusedError, MigrateError */
export async function listRepairs(settings: Settings): Promise<RepairReport> {
  const { migrations } = readMigrations(settings.dir);
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { rows } = await readHistoryState(session, settings.table);
      const { judgedVersions } = assess(migrations, rows);
      const repairs = findRepairs(judgedVersions);
      const prefixes: Problem[] = [];
      for (const { held, migration } of judgedVersions) {
        const changed = await findChangedPrefix(session, settings.table, held, migration);
        if (changed !== null) prefixes.push(changed);
      }
      const repairable = new Set(repairs.map(({ held }) => held.version));
      return {
        database: session.database,
        repaired: false,
        repairs: await describeAll(session, settings.table, repairs),
        others: judgedVersions
          .filter(({ version }) => !repairable.has(version))
          .flatMap(({ problems, warnings }) => [...problems, ...warnings])
          .concat(prefixes),
      };
    }),
  );
}

/**
 * Records that the folder's files under these versions are right.
 * @param reason kept in the history
 * @throws RefusedError with every version that cannot be repaired, MigrateError `usage`: then nothing is recorded
 */
export async function acceptFiles(
  settings: Settings,
  versions: readonly number[],
  reason: string | null,
): Promise<RepairReport> {
  const why = requireReason(reason, versions);
  const { migrations } = readMigrations(settings.dir);
  return await withRecorder(settings, async ({ session, state, record }) => {
    const repairs = planRepair(assess(migrations, state.rows).judgedVersions, versions);
    const described = await describeAll(session, settings.table, repairs);
    await record(repairs.flatMap((each) => entriesOf(each, why)));
    return { database: session.database, repaired: true, repairs: described, others: [] };
  });
}

/** A renumbered migration is now applied under its new version, and no longer under its old one. */
function entriesOf({ kind, held, migration }: Repair, reason: string): readonly Entry[] {
  if (kind === "accept") return [entryOf(migration, "repair", reason)];
  const { version, name, upChecksum, downChecksum } = held;
  const left: Entry = {
    action: "unstamp",
    version,
    name,
    upChecksum,
    downChecksum,
    texts: { up: null, down: null },
    reason: `renumbered to ${migration.version}: ${reason}`,
  };
  return [left, entryOf(migration, "stamp", `renumbered from ${version}: ${reason}`)];
}

async function describeAll(
  session: Session,
  table: string,
  repairs: readonly Repair[],
): Promise<readonly RepairedVersion[]> {
  const described: RepairedVersion[] = [];
  for (const { kind, held, migration } of repairs) {
    const texts = await readAppliedTexts(session, table, held);
    described.push({
      kind,
      version: held.version,
      name: held.name,
      newVersion: migration.version,
      newName: migration.name,
      up: judgeChange(migration.up, held.upChecksum, texts.up, session.server),
      down: judgeChange(migration.down, held.downChecksum, texts.down, session.server),
    });
  }
  return described;
}
