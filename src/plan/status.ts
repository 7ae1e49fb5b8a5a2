import type { HistoryRow } from "../database/history";
import type { Problem } from "../errors";
import type { Migration } from "../files/read-migrations";
import { foldHistory, type VersionState } from "./fold-history";
import { readStandings, type Standing } from "./standing";

/** Everything that is to be said of one version. Plain data, as `status --json` prints it. */
export interface StatusEntry {
  readonly version: number;
  readonly name: string;
  readonly state: "applied" | "pending" | "partial-up" | "partial-down";
  /** Statements done and statements in the file, while it is partial; otherwise null. */
  readonly done: number | null;
  readonly total: number | null;
  /** Why it stopped half-way, in the server's words; null when it did not fail. */
  readonly error: string | null;
  /** Number of the statement that was under way when an earlier run ended; null when none was. */
  readonly underWay: number | null;
  /** Recorded as applied without having been run. */
  readonly stamped: boolean;
  /** ISO 8601, UTC; null when it is not applied, or in part only. */
  readonly appliedAt: string | null;
  readonly durationMs: number | null;
  /** Database user, user of the system and host that applied it, or began to. */
  readonly dbUser: string | null;
  readonly osUser: string | null;
  readonly host: string | null;
  /** File names; null where there is none. */
  readonly upFile: string | null;
  readonly downFile: string | null;
  /** How modified files differ from what was applied; null: they do not, or nobody looked into the texts. */
  readonly change: "comments" | "code" | "unknown" | null;
  /** Cannot be reverted, by its own declaration. */
  readonly irreversible: boolean;
  /** What `up` refuses. */
  readonly problems: readonly Problem[];
  /** What only `down` refuses, when it gets there. */
  readonly warnings: readonly Problem[];
}

/**
 * Holds the folder against the history.
 * @param migrations the folder's, by rising version
 * @param rows the whole history, by rising id, without damage (see `checkHistory`)
 * @returns one entry per version that has files or is in force, by rising version
 */
export function judgeFolder(
  migrations: readonly Migration[],
  rows: readonly HistoryRow[],
): readonly StatusEntry[] {
  return judgeStates(migrations, foldHistory(rows));
}

/** Does the same for a history that is folded already. */
export function judgeStates(
  migrations: readonly Migration[],
  states: ReadonlyMap<number, VersionState>,
): readonly StatusEntry[] {
  return readStandings(migrations, states).map(toEntry);
}

function toEntry({ version, name, state, migration, held, problems, warnings }: Standing): StatusEntry {
  const partial = held === null || held.state === "applied" ? null : held.row;
  const by = held?.applied ?? held?.row ?? null;
  return {
    version,
    name,
    state,
    done: partial?.done ?? null,
    total: partial?.total ?? null,
    error: partial?.error ?? null,
    underWay: partial?.intent?.statement ?? null,
    stamped: held?.applied?.action === "stamp",
    appliedAt: held?.applied?.finishedAt ?? null,
    durationMs: held?.applied?.durationMs ?? null,
    dbUser: by?.dbUser ?? null,
    osUser: by?.osUser ?? null,
    host: by?.host ?? null,
    upFile: migration?.up.fileName ?? null,
    downFile: migration?.down?.fileName ?? null,
    change: null,
    irreversible: migration !== null && migration.down === null,
    problems,
    warnings,
  };
}
