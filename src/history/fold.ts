import { MigrateError, type Problem, RefusedError } from "../errors";
import type { Session } from "../server/session";
import { type HistoryAction, type HistoryRow, readHistory } from "./lines";
import { type HistoryTableState, inspectHistoryTable } from "./table";

/** What the history says about one version. A version that it never mentions has no state. */
export interface VersionState {
  readonly version: number;
  /** As last recorded; `repair` may have changed it. */
  readonly name: string;
  readonly upChecksum: string;
  readonly downChecksum: string | null;
  /** `partial-up`: applied only in part; `partial-down`: reverted only in part; `reverted`: not applied. */
  readonly state: "applied" | "partial-up" | "partial-down" | "reverted";
  /** The line that made it so: the last one that applied, reverted or stamped it, whole or in part. */
  readonly row: HistoryRow;
  /** The line that applied it, for `applied` and `partial-down`. */
  readonly applied: HistoryRow | null;
  /** Id of the line that holds the texts of this name and these checksums. */
  readonly textsAt: number;
}

/** Says whether any of a version's statements are in force. */
export function isInForce(state: VersionState | undefined): state is VersionState {
  return state !== undefined && state.state !== "reverted";
}

/**
 * Finds the state of each version.
 * @param rows the whole history, by rising id, without damage (see `checkHistory`)
 */
export function foldHistory(rows: readonly HistoryRow[]): ReadonlyMap<number, VersionState> {
  const states = new Map<number, VersionState>();
  for (const row of rows) {
    const state = foldRow(states.get(row.version), row);
    if (state !== null) states.set(row.version, state);
  }
  return states;
}

/** The state after a line, or null when it changes nothing. */
function foldRow(before: VersionState | undefined, row: HistoryRow): VersionState | null {
  switch (row.action) {
    case "up":
    case "stamp":
      return foldUp(row);
    case "down":
    case "unstamp":
      return foldDown(before, row);
    case "repair":
      return before === undefined ? null : stateOf(row, before.state, before.row, before.applied);
    case "resolve":
      return null;
    default:
      return row.action satisfies never;
  }
}

function foldUp(row: HistoryRow): VersionState | null {
  if (row.finishedAt !== null) return stateOf(row, "applied", row, row);
  return tookEffect(row) ? stateOf(row, "partial-up", row, null) : null;
}

function foldDown(before: VersionState | undefined, row: HistoryRow): VersionState | null {
  if (row.finishedAt !== null) return stateOf(row, "reverted", row, null);
  if (!tookEffect(row)) return null;
  // Until the last statement is reverted, what was applied is what counts, even if the files have changed.
  return before === undefined
    ? stateOf(row, "partial-down", row, null)
    : { ...before, state: "partial-down", row };
}

/** The line of a run that ended before its first statement means nothing. */
function tookEffect(row: HistoryRow): boolean {
  return row.done > 0 || row.intent !== null;
}

/**
 * Id of a version's last line that means nothing, in this direction and after the last one that did; null: there is
 * none.
 */
export function findInVain(
  rows: readonly HistoryRow[],
  version: number,
  action: HistoryAction,
): number | null {
  const last = rows.findLast(
    (row) => row.version === version && row.action !== "resolve" && row.action !== "repair",
  );
  return last?.action === action && last.finishedAt === null && !tookEffect(last) ? last.id : null;
}

/** @param identity the line that says what the migration is: its name, its checksums and its texts */
function stateOf(
  identity: HistoryRow,
  state: VersionState["state"],
  row: HistoryRow,
  applied: HistoryRow | null,
): VersionState {
  const { version, name, upChecksum, downChecksum, id } = identity;
  return { version, name, upChecksum, downChecksum, state, row, applied, textsAt: id };
}

const ACTIONS: readonly HistoryAction[] = ["up", "down", "stamp", "unstamp", "repair", "resolve"];
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Looks for damage that the table's columns cannot prevent: deleted lines, and values that no runner wrote.
 * @returns `history-damaged` problems; none when the history can be trusted
 */
export function checkHistory(rows: readonly HistoryRow[]): readonly Problem[] {
  const problems = [missingIds(rows), ...rows.map(rowDamage)].filter((damage) => damage !== null);
  return problems.map((message) => ({
    code: "history-damaged",
    file: null,
    message,
    hint: "Restore the history table from a backup. Nobody but this tool may write to it.",
  }));
}

function missingIds(rows: readonly HistoryRow[]): string | null {
  const gaps: string[] = [];
  let expected = 1;
  for (const { id } of rows) {
    if (id > expected) gaps.push(id - 1 === expected ? `${expected}` : `${expected} to ${id - 1}`);
    expected = id + 1;
  }
  if (gaps.length === 0) return null;
  const last = rows.at(-1)?.id ?? 0;
  return `The history lacks ${gaps.length === 1 && !gaps[0]?.includes(" ") ? "line" : "lines"} ${gaps.join(", ")} of ${last}.`;
}

/** Everything that is wrong with one line: a damaged line often has several values that make no sense. */
function rowDamage(row: HistoryRow): string | null {
  const faults: string[] = [];
  const { id, version, action, upChecksum, downChecksum } = row;
  if (!Number.isSafeInteger(version) || version <= 0) faults.push(`the version ${version}`);
  if (!ACTIONS.includes(action)) faults.push(`the unknown action ${JSON.stringify(action)}`);
  if (!SHA256.test(upChecksum)) faults.push("an up checksum that is none");
  if (downChecksum !== null && !SHA256.test(downChecksum)) faults.push("a down checksum that is none");
  const progress = progressFault(row);
  if (progress !== null) faults.push(progress);
  return faults.length === 0 ? null : `Line ${id} of the history has ${faults.join(", ")}.`;
}

function progressFault(row: HistoryRow): string | null {
  const { done, total, doneHash, intent, finishedAt, action } = row;
  if (action !== "up" && action !== "down") return null;
  if (!isCount(done) || !isCount(total) || done > total) return `${done} of ${total} statements done`;
  if (finishedAt !== null && done < total) return `only ${done} of ${total} statements done, but an end`;
  if (doneHash !== null && !SHA256.test(doneHash)) return "a hash of its statements that is none";
  if (done > 0 && doneHash === null) return `${done} statements done, but no hash of them`;
  if (intent === null) return null;
  if (finishedAt !== null) return "an end, but a statement under way";
  return intent.statement > done
    ? null
    : `${done} statements done, but statement ${intent.statement} under way`;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

export interface HistoryState {
  readonly exists: boolean;
  readonly rows: readonly HistoryRow[];
}

/**
 * Reads the history and refuses one that cannot be trusted. Changes nothing.
 * @param known the known state of the table itself; left out: it is looked up
 * @throws MigrateError `history-foreign`, `history-newer`, `history-damaged`
 */
export async function readHistoryState(
  session: Session,
  table: string,
  known?: HistoryTableState,
): Promise<HistoryState> {
  const state = known ?? (await inspectHistoryTable(session, table));
  if (state === "absent") return { exists: false, rows: [] };
  const rows = await readHistory(session, table);
  if (rows.length === 0 && state !== "new") {
    throw new MigrateError(
      "history-damaged",
      `The history table ${session.database}.${table} was emptied: it is not new, and has no line. Nothing was run.`,
      {
        hint: `Restore it from a backup; if no migration was ever applied here, drop it:\n  DROP TABLE ${table};`,
      },
    );
  }
  const problems = checkHistory(rows);
  if (problems.length > 0) throw new RefusedError(problems);
  return { exists: true, rows };
}
