import { MigrateError } from "../errors";
import type { Session, SqlValue } from "./session";

export type LockKind = "get-lock" | "lease";

/**
 * The right to run, held for one history table. Every write to the history carries `condition`, so nothing is recorded,
 * and no transaction that records anything commits, once the right is lost. GET_LOCK is one way to hold it; on
 * clusters, where GET_LOCK means nothing, it is a lease. No caller needs to know which.
 */
export interface Lock {
  readonly kind: LockKind;
  /** SQL that is true as long as this session holds the lock. */
  readonly condition: string;
  readonly values: readonly SqlValue[];
  /** Gives it back, so that the next runner need not wait for the server to notice. Never throws. */
  release(): Promise<void>;
}

export interface LockOptions {
  /** Milliseconds to wait for another runner. */
  readonly timeoutMs: number;
  /** Called when somebody else holds it, and every ten seconds after that, with what the server tells us about them. */
  readonly onWait?: (holder: string) => void;
  /** When it is aborted, the wait ends within a second. */
  readonly signal?: AbortSignal;
}

/** One way to take the lock. */
export interface Taking {
  /** Takes it, and waits up to so many seconds for it. @returns null when somebody else has it */
  attempt(seconds: number): Promise<Lock | null>;
  /** Who has it, as far as the server lets us know. */
  describeHolder(): Promise<string>;
}

/** How long one attempt waits, so that we notice a signal in between. */
const WAIT_SECONDS = 1;
/** Orchestrators believe that a silent process is dead. */
const TELL_EVERY_MS = 10_000;

/**
 * Takes a lock, waiting for its present holder.
 * @throws MigrateError `lock-timeout`, `interrupted`
 */
export async function takeOrWait(
  session: Session,
  table: string,
  taking: Taking,
  options: LockOptions,
): Promise<Lock> {
  const first = await taking.attempt(0);
  if (first !== null) return first;
  options.onWait?.(await taking.describeHolder());
  const lock = await wait(taking, options);
  if (lock !== null) return lock;
  const holder = await taking.describeHolder();
  throw new MigrateError(
    "lock-timeout",
    `Another runner holds the lock for ${session.database}.${table}: ${holder}. Waited ${options.timeoutMs / 1000} s; nothing was run.`,
    { hint: "Wait for it to finish, or give more time: --lock-timeout SECONDS" },
  );
}

async function wait(taking: Taking, options: LockOptions): Promise<Lock | null> {
  const deadline = performance.now() + options.timeoutMs;
  let toldAt = performance.now();
  for (;;) {
    if (options.signal?.aborted === true) {
      throw new MigrateError("interrupted", "Stopped on request while waiting for another runner.");
    }
    if (options.onWait !== undefined && performance.now() - toldAt >= TELL_EVERY_MS) {
      toldAt = performance.now();
      options.onWait(await taking.describeHolder());
    }
    const left = Math.max(0, deadline - performance.now()) / 1000;
    const lock = await taking.attempt(Math.min(left, WAIT_SECONDS));
    if (lock !== null) return lock;
    if (left <= WAIT_SECONDS) return null;
  }
}
