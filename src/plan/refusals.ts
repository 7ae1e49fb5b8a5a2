import type { Problem } from "../errors";
import type { VersionState } from "../history/fold";
import { formatMigration, formatVersion } from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";

/** An applied up file differs from what was applied. */
export function modified(state: VersionState, migration: Migration): Problem {
  const file = migration.up.fileName;
  return {
    code: "modified",
    file,
    message: `${file} changed after it ${appliedOn(state)}.`,
    hint:
      `See what changed, then restore ${file}, or put the change in a new migration:\n` +
      `  npm run migrate:show ${state.version}\n  npm run migrate:create -- <name>`,
  };
}

/** The down file of an applied migration has changed since. */
export function downModified(state: VersionState, migration: Migration): Problem {
  const file = migration.down?.fileName ?? `${formatMigration(migration)}.down.sql`;
  return {
    code: "modified",
    file,
    message: `${file} changed after ${formatMigration(migration)} ${appliedOn(state)}.`,
    hint: `See what changed, and restore ${file} before ${formatMigration(migration)} is reverted:\n  npm run migrate:show ${state.version}`,
  };
}

/** The pair has another name than in the history. */
export function renamed(state: VersionState, migration: Migration): Problem {
  const was = formatMigration(state);
  return {
    code: "renamed",
    file: migration.up.fileName,
    message: `${was} ${since(state)}; its files are named ${formatMigration(migration)} now.`,
    hint: `Rename them back to ${fileNames(was, state)}; or record the new name:\n  ${repairCommand(state)}`,
  };
}

/** The pair's text is in the folder under another version. */
export function renumbered(state: VersionState, moved: Migration, taker: Migration | null): Problem {
  const was = formatMigration(state);
  const taken = taker === null ? "" : `, and ${formatMigration(taker)} has its number`;
  return {
    code: "renamed",
    file: moved.up.fileName,
    message: `${was} ${since(state)}; the same text is numbered ${formatMigration(moved)} now${taken}.`,
    hint:
      `Rename ${formatMigration(moved)} back to ${fileNames(was, state)}` +
      `${taker === null ? "" : `, and give ${formatMigration(taker)} a version of its own`}` +
      `; or record the new number:\n  ${repairCommand(state)}`,
  };
}

/** Another migration has the version of an applied one, and the applied text is nowhere in the folder. */
export function replaced(state: VersionState, taker: Migration): Problem {
  const was = formatMigration(state);
  return {
    code: "missing",
    file: taker.up.fileName,
    message: `${was} ${since(state)}, but its files are gone and ${formatMigration(taker)} has its number.`,
    hint: `Restore ${fileNames(was, state)}, and give ${formatMigration(taker)} a version of its own.`,
  };
}

/** The files of an applied migration are not in the folder, though newer ones are. */
export function missing(state: VersionState): Problem {
  const was = formatMigration(state);
  return {
    code: "missing",
    file: `${was}.up.sql`,
    message: `${was} ${since(state)}, but its files are gone.`,
    hint: `Restore ${fileNames(was, state)} from version control.`,
  };
}

/**
 * The database has applied some of what was squashed, or is to be.
 * @param into the squashed migration; null: it is yet to be made
 * @param to what it ends with
 */
export function inTheMiddle(
  newest: VersionState,
  into: Migration | null,
  held: number,
  of: number,
  to: { readonly version: number; readonly name: string } | null = into,
): Problem {
  const end = formatVersion(to?.version ?? 0);
  const what =
    into === null
      ? `squash --to ${end} is about ${of} migrations`
      : `${of} migrations were squashed into ${formatMigration(into)}`;
  const which = held === of ? "not all of them as they were" : `${held} of them`;
  const way =
    into === null
      ? `npm run migrate:up -- --to ${end}`
      : `npm run migrate:up -- --to ${end} --dir sql/archive/${formatMigration(into)}`;
  const from =
    into === null
      ? ""
      : " with the old files (from sql/archive, or the version of your program before the squash)";
  return {
    code: "squashed",
    file: into?.up.fileName ?? null,
    message: `${formatMigration(newest)} ${since(newest)}, but ${what}, and this database has ${which}.`,
    hint: `Bring it to ${end}${from}, then repeat this:\n  ${way}`,
  };
}

/** The database has a version that is newer than the whole folder. */
export function ahead(state: VersionState, newest: Migration | undefined): Problem {
  const was = formatMigration(state);
  const end = newest === undefined ? "has no migrations" : `ends at ${formatMigration(newest)}`;
  return {
    code: "ahead",
    file: `${was}.up.sql`,
    message: `${was} ${since(state)}, but this folder ${end}: the database is ahead of it.`,
    hint: "Use a folder that has these files; or leave the database as it is:\n  npm run migrate:up -- --allow-ahead",
  };
}

/** A version that is not applied lies below one that is. */
export function outOfOrder(migration: Migration, highest: VersionState): Problem {
  const name = formatMigration(migration);
  return {
    code: "out-of-order",
    file: migration.up.fileName,
    message: `${name} is not applied, but ${formatMigration(highest)} ${since(highest)}.`,
    hint:
      `Give ${name} a version above ${formatVersion(highest.version)}; or apply it late:\n` +
      "  npm run migrate:merge\n  npm run migrate:up -- --allow-out-of-order",
  };
}

/** A migration must be finished in the direction in which it was begun. */
export function partial(state: VersionState, command: string): Problem {
  return {
    code: "partial",
    file: `${formatMigration(state)}.${state.state === "partial-up" ? "up" : "down"}.sql`,
    message: `${formatMigration(state)} ${since(state)}; that must be finished first.`,
    hint:
      `Finish it; or undo by hand what was done, and give it up:\n  ${command}\n` +
      `  npm run migrate:resolve -- ${formatVersion(state.version)} --give-up --reason "why"`,
  };
}

/** `was applied on 2026-03-01`, or how much of it is, for the middle of a sentence. */
function since(state: VersionState): string {
  const { row } = state;
  const progress = `in part only (${row.done} of ${row.total} statements)`;
  switch (state.state) {
    case "partial-up":
      return `is applied ${progress}`;
    case "partial-down":
      return `is reverted ${progress}`;
    case "reverted":
      return `was reverted on ${day(row.finishedAt)}`;
    case "applied":
      return appliedOn(state);
    default:
      return state.state satisfies never;
  }
}

function appliedOn({ applied }: VersionState): string {
  return `was ${applied?.action === "stamp" ? "stamped" : "applied"} on ${day(applied?.finishedAt ?? null)}`;
}

function repairCommand({ version }: VersionState): string {
  return `npm run migrate:repair -- ${version} --reason "why"`;
}

function day(time: string | null): string {
  return time === null ? "an unknown day" : time.slice(0, 10);
}

function fileNames(stem: string, state: VersionState): string {
  return state.downChecksum === null ? `${stem}.up.sql` : `${stem}.up.sql and ${stem}.down.sql`;
}
