import type { Settings } from "../config";
import { withSession } from "../database/connection";
import type { Session } from "../database/session";
import type { Problem } from "../errors";
import { readMigrations } from "../files/read-migrations";
import { assess } from "../plan/plan";
import { findRepairs, planRepair, type Repair, requireReason } from "../plan/plan-repair";
import { type FileChange, judgeChange, readAppliedTexts } from "./applied-texts";
import { readHistoryState } from "./history-state";
import { findChangedPrefix } from "./prefix";
import { type Entry, entryOf, withRecorder } from "./record";
import { withTranslatedErrors } from "./translate-error";

/** One repair, done or to be done. */
export interface RepairedVersion {
  readonly kind: Repair["kind"];
  /** Version and name in the history, and now. */
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
  /** False: this is what could be repaired, and nothing was changed. */
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
      const { standings } = assess(migrations, rows);
      const repairs = findRepairs(standings);
      const prefixes: Problem[] = [];
      for (const { held, migration } of standings) {
        const changed = await findChangedPrefix(session, settings.table, held, migration);
        if (changed !== null) prefixes.push(changed);
      }
      const repairable = new Set(repairs.map(({ held }) => held.version));
      return {
        database: session.database,
        repaired: false,
        repairs: await describeAll(session, settings.table, repairs),
        others: standings
          .filter(({ version }) => !repairable.has(version))
          .flatMap(({ problems, warnings }) => [...problems, ...warnings])
          .concat(prefixes),
      };
    }),
  );
}

/**
 * Records that what the folder has under these versions is right.
 * @param reason kept in the history
 * @throws RefusedError with every version that is not to be repaired, MigrateError `usage`: then nothing is recorded
 */
export async function repair(
  settings: Settings,
  versions: readonly number[],
  reason: string | null,
): Promise<RepairReport> {
  const why = requireReason(reason, versions);
  const { migrations } = readMigrations(settings.dir);
  return await withRecorder(settings, async ({ session, state, record }) => {
    const repairs = planRepair(assess(migrations, state.rows).standings, versions);
    const described = await describeAll(session, settings.table, repairs);
    await record(repairs.flatMap((each) => entriesOf(each, why)));
    return { database: session.database, repaired: true, repairs: described, others: [] };
  });
}

/** A renumbered migration is not applied under its old version any more, but under its new one. */
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
