import { randomBytes } from "node:crypto";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { serverErrno, serverWords } from "./error-numbers";
import type { Session } from "./session";

/** The prefix of all throwaway databases. */
const PREFIX = "mysql_updown_scratch_";

/** A run that was killed leaves its databases behind; one that is alive holds a lock named after each. */
const LEFTOVER_AFTER_SECONDS = 600;

/** A unique name that `clearLeftovers` recognises. */
export function throwawayName(): string {
  return `${PREFIX}${Math.floor(Date.now() / 1000)}_${randomBytes(4).toString("hex")}`;
}

/** Whether a database's name says that it was made to be thrown away. */
export function isThrowaway(name: string): boolean {
  return name.toLowerCase().startsWith(PREFIX);
}

/**
 * Makes an empty database on the session's server, for as long as the session lives or until it is dropped.
 * @returns its name
 * @throws the driver's error, such as when the user may not
 */
export async function createThrowaway(
  session: Session,
  charset: string,
  collation: string,
  name: string = throwawayName(),
): Promise<string> {
  await session.query("SELECT GET_LOCK(?, 0)", [name]);
  await session.execute(
    `CREATE DATABASE ${quoteIdentifier(name)} CHARACTER SET ${charset} COLLATE ${collation}`,
  );
  return name;
}

/** Says that a database could not be dropped. */
export function leftBehind(name: string, error: unknown): string {
  return `The throwaway database ${name} cannot be dropped: ${serverWords(error)}.`;
}

/**
 * Drops what killed runs left behind: databases with such a name and age whose lock nobody holds.
 * @param warn called for each one that cannot be dropped; that is no reason to stop
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
    // NaN is never old enough: then the database is not one of ours.
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

/** Drops the views that killed runs left in a database (see `work-out.ts`). Their names say what they are. */
export async function clearLeftoverViews(session: Session, database: string): Promise<void> {
  const rows = await session.query(
    "SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ? AND TABLE_NAME LIKE ?",
    [database, `${PREFIX.replaceAll("_", "\\_")}%`],
  );
  for (const { name } of rows) {
    if (!/_\d{10,}_[0-9a-f]{8}$/.test(String(name))) continue;
    await session.execute(`DROP VIEW IF EXISTS ${quoteQualified(database, String(name))}`);
  }
}
