import { acquireAdvisoryLock } from "./advisory-lock";
import { needsLease } from "./cluster";
import { acquireLease } from "./lease";
import type { Lock, LockKind, LockOptions } from "./lock-wait";
import type { Session } from "./session";

export type { Lock, LockKind } from "./lock-wait";

/** Which lock there is on a server. */
export function lockKind({ server }: Pick<Session, "server">): LockKind {
  return needsLease(server) ? "lease" : "get-lock";
}

/**
 * Takes the lock for the executing session, where it stays until it is released or the session ends.
 * @throws MigrateError `lock-timeout`, `interrupted`
 */
export async function acquireLock(session: Session, table: string, options: LockOptions): Promise<Lock> {
  return lockKind(session) === "lease"
    ? await acquireLease(session, table, options)
    : await acquireAdvisoryLock(session, table, options);
}
