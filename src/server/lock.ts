import { acquireAdvisoryLock } from "./advisory-lock";
import { clusterName, needsLease, seeAllCommitted } from "./cluster";
import { acquireLease, leaseTable } from "./lease";
import type { Lock, LockKind, LockOptions } from "./lock-wait";
import type { Session } from "./session";

export type { Lock, LockKind } from "./lock-wait";

/** What to tell the user about the lock when it is not GET_LOCK; null: nothing. */
export function leaseNews(
  { server, database }: Pick<Session, "server" | "database">,
  table: string,
): { readonly table: string; readonly cluster: string } | null {
  if (server.cluster === null || !needsLease(server)) return null;
  return { table: `${database}.${leaseTable(table)}`, cluster: clusterName(server.cluster) };
}

/** Which kind of lock a server needs. */
export function lockKind({ server }: Pick<Session, "server">): LockKind {
  return needsLease(server) ? "lease" : "get-lock";
}

/**
 * Takes the lock for the executing session, where it stays until it is released or the session ends. From then on that
 * session reads what all nodes of a cluster have committed.
 * @throws MigrateError `lock-timeout`, `interrupted`
 */
export async function acquireLock(session: Session, table: string, options: LockOptions): Promise<Lock> {
  const lock =
    lockKind(session) === "lease"
      ? await acquireLease(session, table, options)
      : await acquireAdvisoryLock(session, table, options);
  const seeAll = seeAllCommitted(session.server.cluster);
  if (seeAll === null) return lock;
  try {
    await session.execute(seeAll);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}
