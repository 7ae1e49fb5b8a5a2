/** How many databases are worked on at once, and when no other one is begun. */
export interface Limits {
  /** So many are first worked on one after another, and all have to go well. */
  readonly canary: number;
  /** Then so many at a time. */
  readonly parallel: number;
  /** Once so many failed, no other one is begun; null: failures stop nothing. */
  readonly maxFailures: number | null;
}

/** How far it is. */
export interface Standing {
  readonly total: number;
  /** Begun, those that ended among them. */
  readonly begun: number;
  /** Ended, those that failed among them. */
  readonly ended: number;
  readonly failed: number;
  /** One of the canaries failed. */
  readonly canaryFailed: boolean;
  /** Somebody asked to stop. */
  readonly stopping: boolean;
}

/** What is next: another database, waiting for one that is under way, or nothing. */
export type Next = "begin" | "wait" | "end";

/** Decides what is next. They are begun in their order; those under way always end by themselves. Pure. */
export function decideNext(standing: Standing, { canary, parallel, maxFailures }: Limits): Next {
  const { total, begun, ended, failed, canaryFailed, stopping } = standing;
  const enough = stopping || canaryFailed || (maxFailures !== null && failed >= maxFailures);
  const running = begun - ended;
  if (enough || begun === total) return running > 0 ? "wait" : "end";
  const width = ended < canary ? 1 : parallel;
  return running < width ? "begin" : "wait";
}
