/**
 * What an intent says of the tool that copies the table: enough to end what is left of it, and to clear that away. Every name
 * was free when this was written, so whatever bears it later is the tool's.
 */
export interface ToolMark {
  readonly database: string;
  readonly table: string;
  /** Tables that the rows may be copied to. */
  readonly copies: readonly string[];
  /** What the table may be called once another one has its name. */
  readonly olds: readonly string[];
  readonly triggers: readonly string[];
  /** CONNECTION_ID() of its sessions, as far as it had any. */
  readonly connections: readonly number[];
  /** Which server they are on, and since when that is up (seconds since 1970): after a restart none of them lives. */
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
