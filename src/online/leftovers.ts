/** What exists of a tool's work, according to the server. */
export interface Observed {
  /** The tool's sessions that still exist. */
  readonly sessions: readonly number[];
  /** Whether the altered table exists, in either form. */
  readonly table: boolean;
  /** Those of the intent's names that are taken. */
  readonly copies: readonly string[];
  readonly olds: readonly string[];
  readonly triggers: readonly string[];
}

/** The next step. */
export type Clearing =
  | { readonly do: "end-sessions"; readonly sessions: readonly number[] }
  | { readonly do: "put-back"; readonly old: string }
  | { readonly do: "drop-triggers"; readonly triggers: readonly string[] }
  | { readonly do: "drop-tables"; readonly tables: readonly string[] }
  | { readonly do: "ask"; readonly why: string }
  | { readonly do: "nothing" };

/**
 * Decides what to do next about a tool's leftovers; called again after each step, until nothing is left.
 *
 * The order matters: a living session could make again what was just dropped. Triggers write to the copy, so without
 * the copy every INSERT of the application would fail. And as long as no other table has its name, the old table is the
 * only one with the rows.
 */
export function decideClearing({ sessions, table, copies, olds, triggers }: Observed): Clearing {
  if (sessions.length > 0) return { do: "end-sessions", sessions };
  if (!table) {
    const [old, another] = olds;
    if (old !== undefined && another === undefined) return { do: "put-back", old };
    if (copies.length + olds.length > 0) return { do: "ask", why: "the table that it is about is gone" };
    // Somebody dropped the table: whether that is right is judged like any other difference.
    return triggers.length > 0 ? { do: "drop-triggers", triggers } : { do: "nothing" };
  }
  if (triggers.length > 0) return { do: "drop-triggers", triggers };
  const tables = [...copies, ...olds];
  return tables.length > 0 ? { do: "drop-tables", tables } : { do: "nothing" };
}
