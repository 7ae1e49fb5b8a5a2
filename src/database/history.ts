/** What a line of the history says happened. */
export type HistoryAction = "up" | "down" | "stamp" | "unstamp" | "repair" | "resolve";

/** Written before a statement that commits by itself: enough to judge later whether it took effect. */
export interface Intent {
  /** 1-based number of the statement. */
  readonly statement: number;
  /** SHA-256 of its text, hex. */
  readonly hash: string;
  /** CONNECTION_ID() of the session that was about to run it. */
  readonly connection: number;
  /** Fingerprint of the objects it names before it ran, as `readFingerprint` returned it; null: nothing to compare. */
  readonly fingerprint: unknown;
}

/** One line of the history table, without the stored texts. */
export interface HistoryRow {
  /** Dense from 1: a gap shows that a line was deleted. */
  readonly id: number;
  readonly version: number;
  readonly name: string;
  readonly action: HistoryAction;
  /** SHA-256 of the pair's up file, hex. */
  readonly upChecksum: string;
  /** SHA-256 of the pair's down file, hex; null when the migration is irreversible. */
  readonly downChecksum: string | null;
  /** Statements in the file that this line ran (up file for `up`, down file for `down`). */
  readonly total: number;
  /** How many of them are applied and recorded. */
  readonly done: number;
  /** Running SHA-256 over the hashes of the statements done; null when none is. */
  readonly doneHash: string | null;
  readonly intent: Intent | null;
  /** Why it stopped, in the server's words; null when it did not fail. */
  readonly error: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** ISO 8601, UTC; null: not finished. */
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly dbUser: string;
  readonly osUser: string;
  readonly host: string;
  readonly toolVersion: string;
  /** Given by a person with `repair`, `resolve` or `stamp`. */
  readonly reason: string | null;
}
