/** What is there of a tool's work, as the server tells. */
export interface Observed {
  /** Sessions of the tool that are still there. */
  readonly sessions: readonly number[];
  /** The table that is altered is there, in whichever form. */
  readonly table: boolean;
  /** Of the names that the intent lists, those that are taken. */
  readonly copies: readonly string[];
  readonly olds: readonly string[];
  readonly triggers: readonly string[];
}

/** The next thing to be done about it. */
export type Clearing =
  | { readonly do: "end-sessions"; readonly sessions: readonly number[] }
  | { readonly do: "put-back"; readonly old: string }
  | { readonly do: "drop-triggers"; readonly triggers: readonly string[] }
  | { readonly do: "drop-tables"; readonly tables: readonly string[] }
  | { readonly do: "ask"; readonly why: string }
  | { readonly do: "nothing" };

/**
 * Says what to do next about a tool's leftovers; it is asked again after each step, and what is left then is less.
 *
 * The order is what matters: a session that lives could make what was just dropped. Triggers write to the copy, so that without
 * it every INSERT of the application would fail. And the old table is the only one with the rows as long as no other has its name.
 */
export function decideClearing({ sessions, table, copies, olds, triggers }: Observed): Clearing {
  if (sessions.length > 0) return { do: "end-sessions", sessions };
  if (!table) {
    const [old, another] = olds;
    if (old !== undefined && another === undefined) return { do: "put-back", old };
    if (copies.length + olds.length > 0) return { do: "ask", why: "the table that it is about is gone" };
    // Somebody dropped it: whether that is right is judged like any other difference.
    return triggers.length > 0 ? { do: "drop-triggers", triggers } : { do: "nothing" };
  }
  if (triggers.length > 0) return { do: "drop-triggers", triggers };
  const tables = [...copies, ...olds];
  return tables.length > 0 ? { do: "drop-tables", tables } : { do: "nothing" };
}
