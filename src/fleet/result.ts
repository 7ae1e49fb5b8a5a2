import type { RunEvent } from "../run/events";

/** What became of one database. */
export interface DatabaseResult<R> {
  /** Its name; of one that was given by URL, `host:port/name`. */
  readonly database: string;
  /** `interrupted`: it was asked to stop, and stopped between two statements. `not-begun`: its turn did not come. */
  readonly outcome: "done" | "failed" | "interrupted" | "not-begun";
  /** In a word or two, as the table shows it: `applied`, `nothing to do`, `2 pending`, `failed`. */
  readonly state: string;
  /** The version that it was at, and the one that it is or would be at; null: base, or not known. */
  readonly from: number | null;
  readonly to: number | null;
  /** How many migrations were applied, reverted or are pending; of one that failed, those that were done before. */
  readonly migrations: number;
  /** null: it was not begun. */
  readonly durationMs: number | null;
  /** Why it failed or stopped. */
  readonly error: Error | null;
  /** What the verb gives for one database; null: it gave nothing. */
  readonly result: R | null;
}

/** What a verb did over many databases. */
export interface FleetResult<R> {
  /** In the order in which they were named. */
  readonly databases: readonly DatabaseResult<R>[];
  readonly total: number;
  readonly done: number;
  /** Those that were interrupted are among them. */
  readonly failed: number;
  readonly notBegun: number;
}

/** What happens while a verb works on many databases: what happens in one of them, with its name, and where it begins and ends. */
export type FleetEvent =
  | (Exclude<RunEvent, { event: "stopping" }> & { readonly database: string })
  /** What was found to be worked on, in order. */
  | { readonly event: "databases"; readonly databases: readonly string[]; readonly total: number }
  | { readonly event: "database-started"; readonly database: string }
  | ({ readonly event: "database-done"; readonly total: number; readonly ended: number } & Omit<
      DatabaseResult<never>,
      "result" | "error"
    > & { readonly error: { readonly code: string; readonly message: string } | null })
  /** Somebody asked to stop: said once for all of them. */
  | { readonly event: "stopping"; readonly kill: boolean };

/** Adds up what became of each. */
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
