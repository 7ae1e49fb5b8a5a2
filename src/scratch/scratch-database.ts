import { randomBytes } from "node:crypto";
import type { DatabaseSettings } from "../config";
import { openSession } from "../database/connection";
import { serverErrno, serverWords } from "../database/server-errors";
import type { Session } from "../database/session";
import { quoteIdentifier } from "../syntax/quote";
import type { ScratchServer } from "./scratch-server";
import { liftLimits } from "./scratch-session";

const PREFIX = "mysql_updown_scratch_";

/** A run that was killed leaves its databases behind; one that is alive holds a lock named after each. */
const LEFTOVER_AFTER_SECONDS = 600;
const A_DAY_SECONDS = 86_400;

/**
 * Gives the body a new, empty database and drops it afterwards, whatever happens. On a server of our own it has the
 * target's name, so that SQL which spells that out means what it means there; anywhere else its name is a random one.
 */
export async function withScratchDatabase<T>(
  server: ScratchServer,
  body: (settings: DatabaseSettings) => Promise<T>,
): Promise<T> {
  const name = server.kind === "private" ? server.databaseName : randomName();
  const keeper = await openSession(server.settings, { withoutDatabase: true, idleSeconds: A_DAY_SECONDS });
  try {
    await liftLimits(keeper);
    await keeper.query("SELECT GET_LOCK(?, 0)", [name]);
    await keeper.execute(
      `CREATE DATABASE ${quoteIdentifier(name)} CHARACTER SET ${server.charset} COLLATE ${server.collation}`,
    );
    return await dropAfterwards(server, keeper, name, () => body({ ...server.settings, database: name }));
  } finally {
    await keeper.close();
  }
}

function randomName(): string {
  return `${PREFIX}${Math.floor(Date.now() / 1000)}_${randomBytes(4).toString("hex")}`;
}

async function dropAfterwards<T>(
  server: ScratchServer,
  keeper: Session,
  name: string,
  body: () => Promise<T>,
): Promise<T> {
  const drop = (): Promise<number> => keeper.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
  let result: T;
  try {
    result = await body();
  } catch (error) {
    await drop().catch(() => {}); // the first error is the one that matters
    throw error;
  }
  await drop().catch((error: unknown) => {
    server.warn(leftBehind(name, error));
  });
  return result;
}

function leftBehind(name: string, error: unknown): string {
  return `The throwaway database ${name} cannot be dropped: ${serverWords(error)}.`;
}

/**
 * Drops what killed runs left behind: recognised by name and age, and by nobody holding its lock.
 * @param warn told of those that cannot be dropped, which is no reason not to go on
 */
export async function clearLeftovers(
  session: Session,
  warn: (message: string) => void = () => {},
): Promise<readonly string[]> {
  const rows = await session.query(`SHOW DATABASES LIKE '${PREFIX.replaceAll("_", "\\_")}%'`);
  const cleared: string[] = [];
  for (const row of rows) {
    const name = String(Object.values(row)[0]);
    const made = Number(/_(\d{10,})_[0-9a-f]{8}$/.exec(name)?.[1] ?? Number.NaN);
    // NaN, which is never old enough: not one of ours after all.
    if (!(Date.now() / 1000 - made > LEFTOVER_AFTER_SECONDS)) continue;
    const [lock] = await session.query("SELECT IS_FREE_LOCK(?) AS free", [name]);
    if (Number(lock?.free) !== 1) continue;
    try {
      await session.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
      cleared.push(name);
    } catch (error) {
      if (serverErrno(error) === null) throw error;
      warn(leftBehind(name, error));
    }
  }
  return cleared;
}
