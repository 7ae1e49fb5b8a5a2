import { createHash } from "node:crypto";
import { type Lock, type LockOptions, takeOrWait } from "./lock-wait";
import type { Row, Session } from "./session";

/**
 * Takes the lock with GET_LOCK on the executing session, where it stays until it is released or the session ends.
 *
 * It must be that session: the server frees a lock on a second, idle session the moment the client dies, but still
 * carries out the orphaned ALTER. Held by the executing session, the lock is free only when that session has ended.
 * @throws MigrateError `lock-timeout`, `interrupted`
 * @see https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
 */
export async function acquireAdvisoryLock(
  session: Session,
  table: string,
  options: LockOptions,
): Promise<Lock> {
  const name = lockName(session, table);
  const lock: Lock = {
    kind: "get-lock",
    // Not CONNECTION_ID(): on MySQL that is pseudo_thread_id, and the output of mysqlbinlog changes it.
    condition: `IS_USED_LOCK(?) = ${session.connectionId}`,
    values: [name],
    async release() {
      // A failure here must not hide the first error; the server frees the lock with the session anyway.
      await session.query("DO RELEASE_LOCK(?)", [name]).catch(() => {});
    },
  };
  const taking = {
    attempt: async (seconds: number) => ((await tryLock(session, name, seconds)) ? lock : null),
    describeHolder: () => describeHolder(session, name),
  };
  return await takeOrWait(session, table, taking, options);
}

/** Names are limited to 64 characters and compared without case, so database and table go in as one hash. */
function lockName(session: Session, table: string): string {
  const both = `${session.database}\n${table}`;
  const canonical = session.server.foldsTableNames ? both.toLowerCase() : both;
  return `mysql-updown:${createHash("sha256").update(canonical).digest("hex").slice(0, 40)}`;
}

async function tryLock(session: Session, name: string, seconds: number): Promise<boolean> {
  const [row] = await session.query("SELECT GET_LOCK(?, ?) AS got", [name, seconds]);
  return Number(row?.got) === 1;
}

async function describeHolder(session: Session, name: string): Promise<string> {
  const [used] = await session.query("SELECT IS_USED_LOCK(?) AS id", [name]);
  if (used === undefined || used.id === null) return "it was released just now";
  const id = Number(used.id);
  // Without the PROCESS privilege a user sees only their own sessions, and then the id is all we know. We do not read
  // information_schema: MySQL fails there with error 3854 when any session's statement contains an emoji.
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
