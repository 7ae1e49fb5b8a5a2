import { StatementError, type StatementFailure } from "../errors";
import type { Migration } from "../migrations/read-migrations";
import { diffSchemas } from "../schema/diff";
import type { Schema } from "../schema/model";
import { NO_RENAMES } from "../schema/renames";
import { renderChanges } from "../schema/render";
import type { ServerInfo } from "../server/session";
import type { Replay } from "./replay";

/** What became of one pair. */
export type Verdict =
  /** Up, down and up again: down gave back what was there before, up gave the same twice. */
  | "proven"
  /** It says itself that it cannot be reverted; its up file works. */
  | "irreversible"
  /** Down leaves something different from what was there before. */
  | "not-inverse"
  /** The second up gives something different from the first. */
  | "not-repeatable"
  | "failing"
  /** One before it fails, or it was stopped, so it could not be tried. */
  | "not-reached";

export interface VerifiedMigration {
  readonly version: number;
  readonly name: string;
  readonly verdict: Verdict;
  /** SQL that makes good the difference, for `not-inverse` and `not-repeatable`; else null. */
  readonly difference: string | null;
  /** What failed, in the server's words, with file, line and column; else null. */
  readonly error: string | null;
  readonly failure: StatementFailure | null;
}

/** What a migration is tried on. */
export interface Ground {
  readonly replay: Replay;
  readonly server: ServerInfo;
  /** The schema that is there. */
  readonly schema: Schema;
  /** The schema was set right by what the comparison said, after a down file had left it wrong: rows may be missing. */
  readonly repaired: boolean;
}

/** A verdict, and the ground for the next migration. */
export interface Outcome {
  /** null: it failed where rows may be missing that a wrong down file took, so it has to be tried again on new ground. */
  readonly migration: VerifiedMigration | null;
  /** null: there is none, and the next one needs new ground. */
  readonly ground: Ground | null;
  /** Its up file fails, so that nothing behind it can be tried. */
  readonly dead: boolean;
}

/** What the server says when rows are in the way, or are not there: duplicate, foreign key, NULL, too long, CHECK. */
const ABOUT_ROWS: ReadonlySet<number> = new Set([
  1048, 1062, 1138, 1216, 1217, 1242, 1264, 1265, 1292, 1364, 1366, 1406, 1451, 1452, 3819, 4025,
]);

/** Tries one migration: up, down, compare, up again, compare. What a wrong down file left is set right for the next one. */
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

/** Applies a migration again whose verdict is known: with its rows, where it can be; else its schema has to do. */
async function upAgain(ground: Ground, migration: Migration, after: Schema): Promise<Ground | null> {
  await ground.replay.run(migration.up).catch((error: unknown) => {
    if (!isVerdict(error)) throw error;
  });
  return await repair(ground, await ground.replay.readSchema(), after);
}

/** Sets a schema right. @returns null when that does not come out as it should */
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

/** What the server refused says something about the migration; a lost connection or a signal does not. */
export function isVerdict(error: unknown): error is StatementError {
  return error instanceof StatementError && error.code === "statement-failed";
}

function failing(migration: Migration, { message, failure }: StatementError): VerifiedMigration {
  return { ...withVerdict(migration, "failing"), error: message, failure };
}

/** A migration with a verdict and nothing more to say. */
export function withVerdict({ version, name }: Migration, verdict: Verdict): VerifiedMigration {
  return { version, name, verdict, difference: null, error: null, failure: null };
}
