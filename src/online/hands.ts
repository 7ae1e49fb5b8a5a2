import { MigrateError } from "../errors";
import type { ToolMark } from "../history/tool-mark";
import type { Session } from "../server/session";
import type { OnlineSettings } from "../settings/online";
import type { AlterParts } from "../syntax/alter-wish";

/** What is needed to change a table. */
export interface OnlineHands {
  /** The session with the lock; it waits while the tool works. */
  readonly session: Session;
  readonly settings: OnlineSettings;
  /** How many seconds the tool waits for a metadata lock; all writers wait behind it. */
  readonly lockWaitSeconds: number;
  /** Opens another session like this one. */
  readonly beside: () => Promise<Session>;
  /**
   * Does work that takes locks, and tries again while it cannot get them; says who holds them. @throws MigrateError
   * `blocked`
   */
  readonly locked: (work: () => Promise<void>) => Promise<void>;
  /** Writes into the intent what the tool makes. */
  readonly note: (mark: ToolMark) => Promise<void>;
  /** @throws when this run lost its right to run */
  readonly confirm: () => Promise<void>;
  /** The definition that the statement makes, without the table's name; null: that could not be worked out. */
  readonly made: () => Promise<string | null>;
  readonly progress: (stage: string, percent: number, remainingMs: number | null) => void;
  readonly warn: (message: string) => void;
  /** Aborted when the tool must stop in good order, or at once. */
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

/** An ALTER TABLE that the server cannot do while others write. */
export interface OnlineAlter extends AlterParts {
  readonly database: string;
  readonly text: string;
}

/** The error when the run was asked to stop. */
export function stopped(table: string): MigrateError {
  return new MigrateError("interrupted", `stopped on request while ${table} was copied, which is as it was.`);
}

/** Makes the session wait for locks no longer than the tool does, because all writers wait behind it. */
export async function briefly(
  { session, lockWaitSeconds }: OnlineHands,
  work: () => Promise<void>,
): Promise<void> {
  const set = (seconds: number): Promise<number> =>
    session.execute(`SET SESSION lock_wait_timeout = ${seconds}`);
  const [row] = await session.query("SELECT @@SESSION.lock_wait_timeout AS seconds");
  await set(lockWaitSeconds);
  try {
    await work();
  } finally {
    // If the connection is gone, the next statement reports it.
    await set(Number(row?.seconds)).catch(() => {});
  }
}
