import type { Problem } from "../errors";
import { foldHistory, isInForce, type VersionState } from "../history/fold";
import type { HistoryRow } from "../history/lines";
import { formatMigration } from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";
import type { Replaced } from "../migrations/squashed-lines";
import { inTheMiddle } from "./refusals";

type States = ReadonlyMap<number, VersionState>;

/** Where each version stands, those that were squashed as the one that stands for them. @param rows as for `foldHistory` */
export function foldWith(migrations: readonly Migration[], rows: readonly HistoryRow[]): States {
  return recognizeSquashed(migrations, foldHistory(rows));
}

/**
 * A database that has applied all that a squashed migration stands for has applied that. Nothing is recorded: the history goes on
 * saying what was run.
 */
export function recognizeSquashed(migrations: readonly Migration[], states: States): States {
  const known = new Map(states);
  for (const migration of migrations) {
    const { replaces, version, name, up, down } = migration;
    if (replaces === undefined) continue;
    const own = states.get(version);
    if (own === undefined) continue;
    const recorded = isItself(own, migration);
    if (
      !recorded &&
      !replaces.filter(({ into }) => into === null).every((each) => isHeld(each, replaces, states))
    )
      continue;
    // What is recorded of it was recorded after all of them.
    for (const each of replaces) known.delete(each.version);
    const same = { name, upChecksum: up.checksum, downChecksum: down?.checksum ?? null };
    known.set(version, recorded ? own : { ...own, ...same });
  }
  return known;
}

/** Whether a line of the history is about the squashed migration, and not about one that it stands for. */
function isItself(state: VersionState, { name, up }: Migration): boolean {
  return state.upChecksum === up.checksum || state.name === name;
}

/** Applied, or all of what went into it. */
function isHeld(wanted: Replaced, all: readonly Replaced[], states: States): boolean {
  const state = states.get(wanted.version);
  if (state?.state === "applied" && state.upChecksum === wanted.checksum) return true;
  const parts = all.filter(({ into }) => into === formatMigration(wanted));
  return parts.length > 0 && parts.every((part) => isHeld(part, all, states));
}

/**
 * Databases that have applied only some of what a squashed migration stands for cannot go on with it.
 * @param states as `foldWith` gives them
 * @returns by version what is applied of them, with the problem at the newest one
 */
export function findGaps(
  migrations: readonly Migration[],
  states: States,
): ReadonlyMap<number, Problem | null> {
  const gaps = new Map<number, Problem | null>();
  for (const migration of migrations) {
    const { replaces, version } = migration;
    if (replaces === undefined) continue;
    const own = states.get(version);
    if (own !== undefined && isItself(own, migration)) continue;
    const versions = [...new Set(replaces.map((each) => each.version))];
    const held = versions.map((each) => states.get(each)).filter(isInForce);
    const newest = held.sort((a, b) => a.version - b.version).at(-1);
    if (newest === undefined) continue;
    for (const each of held) gaps.set(each.version, null);
    gaps.set(newest.version, inTheMiddle(newest, migration, held.length, versions.length));
  }
  return gaps;
}
