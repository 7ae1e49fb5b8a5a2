/**
 * What an intent says about the tool that copies the table: enough to stop it and to clear away what it leaves. Every
 * name was free when this was written, so whatever has it later belongs to the tool.
 */
export interface ToolMark {
  readonly database: string;
  readonly table: string;
  /** Tables that the rows may be copied to. */
  readonly copies: readonly string[];
  /** What the original table may be called after another one took its name. */
  readonly olds: readonly string[];
  readonly triggers: readonly string[];
  /** CONNECTION_ID() of its sessions, if any. */
  readonly connections: readonly number[];
  /** Which server they are on, and when that was started (seconds since 1970): none of them survives a restart. */
  readonly instance: string;
  readonly upSince: number;
}

export function isToolMark(value: unknown): value is ToolMark {
  if (typeof value !== "object" || value === null) return false;
  const { database, table, copies, olds, triggers, connections, instance, upSince } = value as Record<
    keyof ToolMark,
    unknown
  >;
  return (
    [database, table, instance].every((each) => typeof each === "string") &&
    [copies, olds, triggers].every(areTexts) &&
    Array.isArray(connections) &&
    connections.every(Number.isSafeInteger) &&
    typeof upSince === "number"
  );
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
