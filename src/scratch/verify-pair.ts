import { StatementError, type StatementFailure } from "../errors";
import type { Migration } from "../migrations/read-migrations";
import { diffSchemas } from "../schema/diff";
import type { Schema } from "../schema/model";
import { NO_RENAMES } from "../schema/renames";
import { renderChanges } from "../schema/render";
import type { ServerInfo } from "../server/session";
import type { Replay } from "./replay";

/** The result for one pair. */
export type Verdict =
  /** Up, down and up again: down restored what was there before, and up gave the same both times. */
  | "proven"
  /** The migration says that it cannot be reverted; its up file works. */
  | "irreversible"
  /** Down leaves something other than what was there before. */
  | "not-inverse"
  /** The second up gives something other than the first. */
  | "not-repeatable"
  | "failing"
  /** It could not be tried, because an earlier one fails or the run was stopped. */
  | "not-reached";

export interface VerifiedMigration {
  readonly version: number;
  readonly name: string;
  readonly verdict: Verdict;
  /** SQL that would undo the difference, for `not-inverse` and `not-repeatable`; otherwise null. */
  readonly difference: string | null;
  /** What failed, in the server's words, with file, line and column; otherwise null. */
  readonly error: string | null;
  readonly failure: StatementFailure | null;
}

/** What a migration is tried on. */
export interface Ground {
  readonly replay: Replay;
  readonly server: ServerInfo;
  /** The present schema. */
  readonly schema: Schema;
  /** Whether the schema was corrected, by the comparison's SQL, after a wrong down file: rows may be missing. */
  readonly repaired: boolean;
}

/** A verdict, and the ground for the next migration. */
export interface Outcome {
  /**
   * null: it failed where rows may be missing because of a wrong down file, so it must be tried again on new ground.
   */
  readonly migration: VerifiedMigration | null;
  /** null: the next migration needs new ground. */
  readonly ground: Ground | null;
  /** Its up file fails, so no later migration can be tried. */
  readonly dead: boolean;
}

/** The server's errors when rows are in the way, or are missing: duplicate, foreign key, NULL, too long, CHECK. */
const ABOUT_ROWS: ReadonlySet<number> = new Set([
  1048, 1062, 1138, 1216, 1217, 1242, 1264, 1265, 1292, 1364, 1366, 1406, 1451, 1452, 3819, 4025,
]);

/**
 * Tries one migration: up, down, compare, up again, compare. If the down file is wrong, the schema is corrected for the
 * next one.
 */
export async function verifyPair(ground: Ground, migration: Migration): Promise<Outcome> {
  const { replay, repaired } = ground;
  try {
    await replay.run(migration.up);
  } catch (error) {
    if (!isVerdict(error)) throw error;
    if (repaired) return { migration: null, ground: null, dead: false };
    return { migration: failing(migration, error), ground: null, dead: true };
  }
  const after = await replay.readSchema();
  if (migration.down === null) {
    return {
      migration: withVerdict(migration, "irreversible"),
      ground: { ...ground, schema: after },
      dead: false,
    };
  }
  const there = { ...ground, schema: after };
  try {
    await replay.run(migration.down);
    const reverted = await replay.readSchema();
    const left = difference(ground, reverted, ground.schema);
    if (left !== "") {
      const back = await repair(ground, reverted, ground.schema);
      const verdict = { ...withVerdict(migration, "not-inverse"), difference: left };
      return { migration: verdict, ground: back && (await upAgain(back, migration, after)), dead: false };
    }
    await replay.run(migration.up);
    const again = await replay.readSchema();
    const rest = difference(ground, again, after);
    if (rest === "") return { migration: withVerdict(migration, "proven"), ground: there, dead: false };
    const verdict = { ...withVerdict(migration, "not-repeatable"), difference: rest };
    return { migration: verdict, ground: await repair(ground, again, after), dead: false };
  } catch (error) {
    if (!isVerdict(error)) throw error;
    if (repaired && ABOUT_ROWS.has(error.failure.errno ?? 0))
      return { migration: null, ground: null, dead: false };
    const left = await replay.readSchema();
    return { migration: failing(migration, error), ground: await repair(ground, left, after), dead: false };
  }
}

/** Applies a migration again after its verdict: with its rows if possible; otherwise its schema must do. */
async function upAgain(ground: Ground, migration: Migration, after: Schema): Promise<Ground | null> {
  await ground.replay.run(migration.up).catch((error: unknown) => {
    if (!isVerdict(error)) throw error;
  });
  return await repair(ground, await ground.replay.readSchema(), after);
}

/** Corrects a schema. @returns null when the result is not as it should be */
async function repair(ground: Ground, from: Schema, to: Schema): Promise<Ground | null> {
  const sql = difference(ground, from, to);
  const repaired = { ...ground, schema: to, repaired: true };
  if (sql === "") return repaired;
  try {
    await ground.replay.runScript("the difference", sql);
  } catch (error) {
    if (isVerdict(error)) return null;
    throw error;
  }
  return difference(ground, await ground.replay.readSchema(), to) === "" ? repaired : null;
}

function difference({ server }: Ground, from: Schema, to: Schema): string {
  return renderChanges(diffSchemas(from, to, { server, renames: NO_RENAMES }), server);
}

/** A statement that the server refused says something about the migration; a lost connection or a signal does not. */
export function isVerdict(error: unknown): error is StatementError {
  return error instanceof StatementError && error.code === "statement-failed";
}

function failing(migration: Migration, { message, failure }: StatementError): VerifiedMigration {
  return { ...withVerdict(migration, "failing"), error: message, failure };
}

/** A migration with a verdict and no details. */
export function withVerdict({ version, name }: Migration, verdict: Verdict): VerifiedMigration {
  return { version, name, verdict, difference: null, error: null, failure: null };
}
