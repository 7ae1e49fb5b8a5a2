import type { RunEvent } from "../run/events";

/** The result for one database. */
export interface DatabaseResult<R> {
  /** Its name; if given by URL, `host:port/name`. */
  readonly database: string;
  /** `interrupted`: it was asked to stop and stopped between two statements. `not-begun`: its turn did not come. */
  readonly outcome: "done" | "failed" | "interrupted" | "not-begun";
  /** In one or two words, as the table shows it: `applied`, `nothing to do`, `2 pending`, `failed`. */
  readonly state: string;
  /** Its version before, and after or as planned; null: base, or not known. */
  readonly from: number | null;
  readonly to: number | null;
  /**
   * How many migrations were applied, reverted or are pending; for a failed database, those done before the failure.
   */
  readonly migrations: number;
  /** null: it was not begun. */
  readonly durationMs: number | null;
  /** Why it failed or stopped. */
  readonly error: Error | null;
  /** The verb's result for this database; null: there is none. */
  readonly result: R | null;
}

/** What a verb did over many databases. */
export interface FleetResult<R> {
  /** In the order in which they were named. */
  readonly databases: readonly DatabaseResult<R>[];
  readonly total: number;
  readonly done: number;
  /** Includes interrupted ones. */
  readonly failed: number;
  readonly notBegun: number;
}

/** Events while a verb works on many databases: those of each one, with its name, and its beginning and end. */
export type FleetEvent =
  | (Exclude<RunEvent, { event: "stopping" }> & { readonly database: string })
  /** The databases to work on, in order. */
  | { readonly event: "databases"; readonly databases: readonly string[]; readonly total: number }
  | { readonly event: "database-started"; readonly database: string }
  | ({ readonly event: "database-done"; readonly total: number; readonly ended: number } & Omit<
      DatabaseResult<never>,
      "result" | "error"
    > & { readonly error: { readonly code: string; readonly message: string } | null })
  /** Somebody asked to stop: sent once for all of them. */
  | { readonly event: "stopping"; readonly kill: boolean };

/** Adds up the results of all databases. */
export function sumUp<R>(databases: readonly DatabaseResult<R>[]): FleetResult<R> {
  const count = (...outcomes: readonly DatabaseResult<R>["outcome"][]): number =>
    databases.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    databases,
    total: databases.length,
    done: count("done"),
    failed: count("failed", "interrupted"),
    notBegun: count("not-begun"),
  };
}
