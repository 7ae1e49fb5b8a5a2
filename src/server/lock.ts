import { createHash } from "node:crypto";
import { MigrateError } from "../errors";
import type { Row, Session, SqlValue } from "./session";

/**
 * The right to run, held for one history table. Every write to the history carries `condition`, so nothing
 * is recorded, and no transaction that records anything commits, once the right is lost.
 * GET_LOCK is one way to hold it; where it means nothing (clusters) a lease row gives the same two fields.
 */
export interface Lock {
  /** SQL that is true exactly while this session holds the lock. */
  readonly condition: string;
  readonly values: readonly SqlValue[];
}

export interface LockOptions {
  /** Milliseconds to wait for another runner. */
  readonly timeoutMs: number;
  /** Called when somebody else holds it and every ten seconds from then on, with what the server lets us know of them. */
  readonly onWait?: (holder: string) => void;
  /** Aborted: stop waiting, within a second. */
  readonly signal?: AbortSignal;
}

/** The server is asked to wait this long at a time, so that a signal is heard in between. */
const WAIT_SECONDS = 1;
/** Orchestrators take for dead what says nothing. */
const TELL_EVERY_MS = 10_000;

/**
 * Takes the lock on the executing session, where it stays until it is released or the session ends.
 *
 * It must be that session: a lock on a second, idle one is freed the moment the client dies, while the
 * server goes on with the orphaned ALTER. Held by the executing session it is free only when that ended.
 * @throws MigrateError `lock-timeout`, `interrupted`
 * @see https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
 */
export async function acquireLock(session: Session, table: string, options: LockOptions): Promise<Lock> {
  const name = lockName(session, table);
  if (!(await tryLock(session, name, 0))) {
    options.onWait?.(await describeHolder(session, name));
    if (!(await waitForLock(session, name, options))) {
      const holder = await describeHolder(session, name);
      throw new MigrateError(
        "lock-timeout",
        `Another runner holds the lock for ${session.database}.${table}: ${holder}. Waited ${options.timeoutMs / 1000} s; nothing was run.`,
        { hint: "Wait for it to finish, or give more time: --lock-timeout SECONDS" },
      );
    }
  }
  // Not CONNECTION_ID(): on MySQL that is pseudo_thread_id, which what mysqlbinlog prints sets to something else.
  return { condition: `IS_USED_LOCK(?) = ${session.connectionId}`, values: [name] };
}

/** Gives the lock back at once, so that the next runner need not wait for the server to notice the closed session. */
export async function releaseLock(session: Session, lock: Lock): Promise<void> {
  // A failure here must not hide the first error; the server frees it with the session as well.
  await session.query("DO RELEASE_LOCK(?)", lock.values).catch(() => {});
}

/** Names are limited to 64 characters and compared without case, so database and table go in as a hash. */
function lockName(session: Session, table: string): string {
  const both = `${session.database}\n${table}`;
  const canonical = session.server.foldsTableNames ? both.toLowerCase() : both;
  return `mysql-updown:${createHash("sha256").update(canonical).digest("hex").slice(0, 40)}`;
}

async function waitForLock(session: Session, name: string, options: LockOptions): Promise<boolean> {
  const deadline = performance.now() + options.timeoutMs;
  let toldAt = performance.now();
  for (;;) {
    if (options.signal?.aborted === true) {
      throw new MigrateError("interrupted", "Stopped on request while waiting for another runner.");
    }
    if (options.onWait !== undefined && performance.now() - toldAt >= TELL_EVERY_MS) {
      toldAt = performance.now();
      options.onWait(await describeHolder(session, name));
    }
    const left = Math.max(0, deadline - performance.now()) / 1000;
    if (await tryLock(session, name, Math.min(left, WAIT_SECONDS))) return true;
    if (left <= WAIT_SECONDS) return false;
  }
}

async function tryLock(session: Session, name: string, seconds: number): Promise<boolean> {
  const [row] = await session.query("SELECT GET_LOCK(?, ?) AS got", [name, seconds]);
  return Number(row?.got) === 1;
}

async function describeHolder(session: Session, name: string): Promise<string> {
  const [used] = await session.query("SELECT IS_USED_LOCK(?) AS id", [name]);
  if (used === undefined || used.id === null) return "it was released just now";
  const id = Number(used.id);
  // Without the PROCESS privilege only one's own user's sessions show; then the id is all there is. Not read from
  // information_schema: MySQL fails there with error 3854 when any session's statement holds an emoji.
  const sessions = await session.query("SHOW FULL PROCESSLIST").catch((): Row[] => []);
  const found = sessions.find((row) => Number(row.Id) === id);
  if (found === undefined) return `connection ${id}`;
  const doing = found.Info === null ? "between statements" : shorten(String(found.Info));
  return `connection ${id}, ${found.User} from ${found.Host}, for ${found.Time} s: ${doing}`;
}

function shorten(sql: string): string {
  const line = sql.replace(/\s+/g, " ");
  return line.length <= 80 ? line : `${line.slice(0, 77)}...`;
}
