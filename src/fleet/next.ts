/** How many databases to work on at once, and when to begin no more. */
export interface Limits {
  /** How many go first, one after another; all of them must succeed. */
  readonly canary: number;
  /** How many at a time after that. */
  readonly parallel: number;
  /** After this many failures, no more are begun; null: failures stop nothing. */
  readonly maxFailures: number | null;
}

/** How far it has come. */
export interface Standing {
  readonly total: number;
  /** Begun, including those that ended. */
  readonly begun: number;
  /** Ended, including those that failed. */
  readonly ended: number;
  readonly failed: number;
  /** One of the canaries failed. */
  readonly canaryFailed: boolean;
  /** Somebody asked to stop. */
  readonly stopping: boolean;
}

/** What comes next: another database, waiting for a running one, or nothing. */
export type Next = "begin" | "wait" | "end";

/** Decides what comes next. Databases are begun in order; running ones always end by themselves. Pure. */
export function decideNext(standing: Standing, { canary, parallel, maxFailures }: Limits): Next {
  const { total, begun, ended, failed, canaryFailed, stopping } = standing;
  const enough = stopping || canaryFailed || (maxFailures !== null && failed >= maxFailures);
  const running = begun - ended;
  if (enough || begun === total) return running > 0 ? "wait" : "end";
  const width = ended < canary ? 1 : parallel;
  return running < width ? "begin" : "wait";
}
