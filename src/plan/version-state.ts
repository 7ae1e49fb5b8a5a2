import type { Problem } from "../errors";
import { isInForce, type VersionState } from "../history/fold";
import type { HistoryRow } from "../history/lines";
import type { Migration } from "../migrations/read-migrations";
import {
  ahead,
  downModified,
  missing,
  modified,
  outOfOrder,
  renamed,
  renumbered as renumberedProblem,
  replaced,
} from "./refusals";
import { findGaps, foldWith } from "./squashed";

/** One version, on disk and in the history: the basis of planning. */
export interface JudgedVersion {
  readonly version: number;
  /** The name in the files; without files, the name in the history. */
  readonly name: string;
  readonly state: "applied" | "pending" | "partial-up" | "partial-down";
  /** null: there are no files. */
  readonly migration: Migration | null;
  /** What the history says about it while it is in force, whole or in part; otherwise null. */
  readonly held: VersionState | null;
  /** The migration that has its text under another version; null: there is none. */
  readonly moved: Migration | null;
  /** What `up` refuses. */
  readonly problems: readonly Problem[];
  /** What only `down` refuses, when it gets there. */
  readonly warnings: readonly Problem[];
}

/** What the rules below need to know; the same for every version. */
interface Context {
  /** Versions that were squashed, in a database that has only some of them. */
  readonly gaps: ReadonlyMap<number, Problem | null>;
  /** The folder's newest migration. */
  readonly newest: Migration | undefined;
  /** The highest version that is in force. */
  readonly highest: VersionState | undefined;
  /** Applied versions whose text the folder has under another version that is not applied. */
  readonly renumbered: ReadonlyMap<number, Migration>;
  /** Those other versions. */
  readonly taken: ReadonlySet<number>;
}

/**
 * Compares the folder with the history.
 * @param migrations by rising version
 * @returns every version that has files or is in force, by rising version
 */
export function judgeVersions(
  migrations: readonly Migration[],
  states: ReadonlyMap<number, VersionState>,
): readonly JudgedVersion[] {
  const gaps = findGaps(migrations, states);
  const byVersion = new Map(migrations.map((migration) => [migration.version, migration]));
  const inForce = [...states.values()].filter(isInForce).sort((a, b) => a.version - b.version);
  const renumbered = findRenumbered(migrations, inForce, byVersion, states);
  const taken = new Set([...renumbered.values()].map(({ version }) => version));
  const context: Context = { gaps, newest: migrations.at(-1), highest: inForce.at(-1), renumbered, taken };

  const withFiles = migrations.map((migration) => {
    const state = states.get(migration.version);
    return isInForce(state) ? judgeInForce(state, migration, context) : judgePending(migration, context);
  });
  const without = inForce
    .filter(({ version }) => !byVersion.has(version))
    .map((state) => judgeInForce(state, null, context));
  return without.length === 0 ? withFiles : [...withFiles, ...without].sort((a, b) => a.version - b.version);
}

const NONE: readonly Problem[] = [];

function judgePending(migration: Migration, { highest, taken }: Context): JudgedVersion {
  const { version, name } = migration;
  const isLate = highest !== undefined && version < highest.version && !taken.has(version);
  const problems = isLate ? [outOfOrder(migration, highest)] : NONE;
  return { version, name, state: "pending", migration, held: null, moved: null, problems, warnings: NONE };
}

function judgeInForce(held: VersionState, migration: Migration | null, context: Context): JudgedVersion {
  const found = compare(held, migration, context);
  const hasOwnFiles = migration !== null && found?.isReplaced !== true;
  const sameText = found === null || (found.problem.code === "renamed" && hasOwnFiles);
  const isEdited = migration !== null && sameText && isDownModified(held, migration);
  return {
    version: held.version,
    name: hasOwnFiles ? migration.name : held.name,
    state: held.state === "reverted" ? "pending" : held.state,
    migration,
    held,
    moved: context.renumbered.get(held.version) ?? null,
    problems: found === null ? NONE : [found.problem],
    warnings: isEdited ? [downModified(held, migration)] : NONE,
  };
}

/** What is wrong with a version in force, and whether the files with its version belong to another migration. */
interface Finding {
  readonly problem: Problem;
  readonly isReplaced: boolean;
}

function compare(state: VersionState, migration: Migration | null, context: Context): Finding | null {
  const gap = context.gaps.get(state.version);
  if (gap !== undefined) return gap === null ? null : { problem: gap, isReplaced: true };
  const moved = context.renumbered.get(state.version);
  if (moved !== undefined) return { problem: renumberedProblem(state, moved, migration), isReplaced: true };
  if (migration === null) return { problem: withoutFiles(state, context.newest), isReplaced: false };
  const sameName = state.name === migration.name;
  // When half-way, the file may have been repaired from the failed statement on; the runner compares the applied part.
  const sameText = state.upChecksum === migration.up.checksum || state.state === "partial-up";
  if (sameName && sameText) return null;
  if (sameName) return { problem: modified(state, migration), isReplaced: false };
  if (sameText) return { problem: renamed(state, migration), isReplaced: false };
  return { problem: replaced(state, migration), isReplaced: true };
}

/** Whether the down file of an applied migration has changed since. */
export function isDownModified(state: VersionState, migration: Migration): boolean {
  return state.state === "applied" && state.downChecksum !== (migration.down?.checksum ?? null);
}

function withoutFiles(state: VersionState, newest: Migration | undefined): Problem {
  const isAhead = newest === undefined || state.version > newest.version;
  return isAhead ? ahead(state, newest) : missing(state);
}

function findRenumbered(
  migrations: readonly Migration[],
  inForce: readonly VersionState[],
  byVersion: ReadonlyMap<number, Migration>,
  states: ReadonlyMap<number, VersionState>,
): ReadonlyMap<number, Migration> {
  const homeless = inForce.filter((state) => {
    const home = byVersion.get(state.version);
    return home === undefined || (home.name !== state.name && home.up.checksum !== state.upChecksum);
  });
  const wanted = new Set(homeless.map(({ upChecksum }) => upChecksum));
  const free = migrations.filter(
    ({ version, up }) => wanted.has(up.checksum) && !isInForce(states.get(version)),
  );
  const found = new Map<number, Migration>();
  for (const state of homeless) {
    const same = free.filter(({ up }) => up.checksum === state.upChecksum);
    const best = same.find(({ name }) => name === state.name) ?? same[0];
    if (best === undefined) continue;
    found.set(state.version, best);
    free.splice(free.indexOf(best), 1);
  }
  return found;
}

/** The versions that were left half-way in a direction and have files to finish them with, by rising version. */
export function partialStates(
  judgedVersions: readonly JudgedVersion[],
  wanted: "partial-up" | "partial-down",
): readonly VersionState[] {
  return judgedVersions
    .filter(({ state, migration }) => state === wanted && migration !== null)
    .map(({ held }) => held)
    .filter((held) => held !== null);
}

/** The command that finishes what was left half-way. */
export function finishCommand(
  judgedVersions: readonly JudgedVersion[],
  { state, version }: VersionState,
): string {
  if (state === "partial-up") return `npm run migrate:up -- --to ${version}`;
  const below = judgedVersions
    .filter((judged) => judged.state === "applied" && judged.version < version)
    .at(-1);
  return `npm run migrate:down -- --to ${below?.version ?? 0}`;
}

/** Everything there is to say about one version. Plain data, as `status --json` prints it. */
export interface StatusEntry {
  readonly version: number;
  readonly name: string;
  readonly state: "applied" | "pending" | "partial-up" | "partial-down";
  /** Statements done and statements in the file, while it is partial; otherwise null. */
  readonly done: number | null;
  readonly total: number | null;
  /** Why it stopped half-way, in the server's words; null when it did not fail. */
  readonly error: string | null;
  /** Number of the statement that was running when an earlier run ended; null when there was none. */
  readonly underWay: number | null;
  /** Recorded as applied without having been run. */
  readonly stamped: boolean;
  /** ISO 8601, UTC; null when it is not applied, or only in part. */
  readonly appliedAt: string | null;
  readonly durationMs: number | null;
  /** Database user, system user and host that applied it, or began to. */
  readonly dbUser: string | null;
  readonly osUser: string | null;
  readonly host: string | null;
  /** File names; null when there is none. */
  readonly upFile: string | null;
  readonly downFile: string | null;
  /** How modified files differ from what was applied; null: they do not, or the texts were not compared. */
  readonly change: "comments" | "code" | "unknown" | null;
  /** Cannot be reverted, by its own declaration. */
  readonly irreversible: boolean;
  /** What `up` refuses. */
  readonly problems: readonly Problem[];
  /** What only `down` refuses, when it gets there. */
  readonly warnings: readonly Problem[];
}

/**
 * Compares the folder with the history.
 * @param migrations the folder's, by rising version
 * @param rows the whole history, by rising id, without damage (see `checkHistory`)
 * @returns one entry per version that has files or is in force, by rising version
 */
export function judgeFolder(
  migrations: readonly Migration[],
  rows: readonly HistoryRow[],
): readonly StatusEntry[] {
  return judgeStates(migrations, foldWith(migrations, rows));
}

/** Does the same for a history that is already folded. */
export function judgeStates(
  migrations: readonly Migration[],
  states: ReadonlyMap<number, VersionState>,
): readonly StatusEntry[] {
  return judgeVersions(migrations, states).map(toEntry);
}

function toEntry({ version, name, state, migration, held, problems, warnings }: JudgedVersion): StatusEntry {
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
