import { MigrateError } from "../errors";
import type { ToolMark } from "../history/tool-mark";
import { readBlockers } from "../server/blockers";
import { readDefinition } from "../server/definitions";
import type { Session } from "../server/session";
import type { OnlineSettings } from "../settings/online";
import type { AlterParts } from "../syntax/alter-wish";
import { quoteQualified } from "../syntax/quote";
import { cannotOnline, toolMissing } from "./cannot-online";
import {
  type CommandLine,
  configText,
  namesOf,
  namesOfAny,
  type Order,
  otherCommand,
  PT_OSC,
  ptOscCommand,
} from "./command";
import { compareRows } from "./compare-rows";
import { type Door, openDoor } from "./door";
import { findTool } from "./find-tool";
import { readFacts, whyUnfit } from "./fit";
import { keepAlive } from "./keep-alive";
import { clearLeftovers, observe, readUpSince } from "./observe";
import { progressIn, runTool, type ToolEnd } from "./tool";

/** What is needed to change a table. */
export interface OnlineHands {
  /** The session with the lock; it waits while the tool works. */
  readonly session: Session;
  readonly settings: OnlineSettings;
  /** How many seconds the tool waits for a metadata lock; all writers wait behind it. */
  readonly lockWaitSeconds: number;
  /** Opens another session like this one. */
  readonly beside: () => Promise<Session>;
  /**
   * Does work that takes locks, and tries again while it cannot get them; says who holds them. @throws MigrateError
   * `blocked`
   */
  readonly locked: (work: () => Promise<void>) => Promise<void>;
  /** Writes into the intent what the tool makes. */
  readonly note: (mark: ToolMark) => Promise<void>;
  /** @throws when this run lost its right to run */
  readonly confirm: () => Promise<void>;
  /** The definition that the statement makes, without the table's name; null: that could not be worked out. */
  readonly made: () => Promise<string | null>;
  readonly progress: (stage: string, percent: number, remainingMs: number | null) => void;
  readonly warn: (message: string) => void;
  /** Aborted when the tool must stop in good order, or at once. */
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

/** An ALTER TABLE that the server cannot do while others write. */
export interface OnlineAlter extends AlterParts {
  readonly database: string;
  readonly text: string;
}

/**
 * Lets a tool change a table while others write to it. What the tool leaves behind is always cleared, unless the
 * connection is lost; then the intent says what to clear.
 * @throws MigrateError `cannot-online` before anything was done, `tool-failed`, `interrupted`, `blocked`; the driver's error
 */
export async function alterWithTool(hands: OnlineHands, alter: OnlineAlter): Promise<void> {
  const { settings } = hands;
  const command = settings.command;
  if (command === null) await refuseUnfit(hands.session, alter);
  const path = command === null ? await findTool(PT_OSC, settings.environment) : null;
  if (command === null && path === null) throw toolMissing(alter.table);
  const mark = await markOf(hands.session, alter, command === null ? namesOf : namesOfAny, command !== null);
  const copying = await copy(hands, alter, mark, (order) =>
    command === null ? ptOscCommand(path ?? PT_OSC, order, settings) : otherCommand(command, order),
  );
  const clear = (): Promise<void> => clearLeftovers(hands.session, copying.mark, hands.locked);
  try {
    if (copying.lost !== null) throw copying.lost;
    // Other tools have already swapped the tables.
    if (command === null || copying.end.code !== 0) await refuseEnd(hands, alter, copying.end);
    if (command === null) await swap(hands, alter, copying.mark);
  } catch (error) {
    // If the connection is gone, this fails as well, and the next run does it.
    await clear().catch(() => {});
    throw error;
  }
  await clear();
}

async function refuseUnfit(session: Session, { text, database, table }: OnlineAlter): Promise<void> {
  const unfit = whyUnfit(text, table, await readFacts(session, database, table));
  if (unfit !== null) throw cannotOnline(table, unfit.why, unfit.instead);
}

/**
 * @param takesFree true: taken names are left out, so that they are never cleared; false: they are refused
 * @throws MigrateError `cannot-online` when a name is taken
 */
async function markOf(
  session: Session,
  { database, table }: OnlineAlter,
  names: typeof namesOf,
  takesFree: boolean,
): Promise<ToolMark> {
  const server = { instance: session.server.instance, upSince: await readUpSince(session) };
  const mark: ToolMark = { database, table, ...names(database, table), connections: [], ...server };
  const { copies, olds, triggers } = await observe(session, mark);
  const taken = [...copies, ...olds, ...triggers];
  if (taken.length === 0) return mark;
  const free = (list: readonly string[]): readonly string[] => list.filter((name) => !taken.includes(name));
  if (takesFree)
    return { ...mark, copies: free(mark.copies), olds: free(mark.olds), triggers: free(mark.triggers) };
  const drop = [
    ...triggers.map((name) => `DROP TRIGGER ${quoteQualified(database, name)};`),
    ...[...copies, ...olds].map((name) => `DROP TABLE ${quoteQualified(database, name)};`),
  ];
  throw cannotOnline(
    table,
    `${taken.join(", ")} ${taken.length === 1 ? "is" : "are"} there, which no run of this tool left`,
    `If nobody needs that, drop it, in this order:\n  ${drop.join("\n  ")}`,
  );
}

interface Copying {
  readonly mark: ToolMark;
  readonly end: ToolEnd;
  /** Why this run cannot go on: its session or its lock is gone. */
  readonly lost: unknown;
}

async function copy(
  hands: OnlineHands,
  { database, table, clauses }: OnlineAlter,
  begun: ToolMark,
  commandFor: (order: Order) => CommandLine,
): Promise<Copying> {
  const { session, settings, stop, kill } = hands;
  const { reached } = session;
  const explain = await session.query("SHOW VARIABLES LIKE 'explain_format'");
  let mark = begun;
  await hands.note(mark);
  const keeper = keepAlive(hands.confirm);
  let door: Door | null = null;
  try {
    door = await openDoor(reached, (id) => {
      mark = { ...mark, connections: [...mark.connections, id] };
      return keeper.turn(() => hands.note(mark));
    });
    const order = {
      database,
      table,
      clauses,
      user: reached.user,
      port: door.port,
      lockWaitSeconds: hands.lockWaitSeconds,
      explainFormat: explain.length > 0,
    };
    const end = await runTool(commandFor(order), {
      environment: settings.environment,
      config: configText(reached),
      onLine: (line) => {
        const progress = progressIn(line);
        if (progress !== null) hands.progress("copying rows", progress.percent, progress.remainingMs);
      },
      stop: AbortSignal.any([stop, keeper.lost]),
      kill: AbortSignal.any([kill, keeper.lost]),
    });
    return { mark, end, lost: keeper.lost.aborted ? keeper.lost.reason : null };
  } finally {
    await door?.close();
    await keeper.end();
  }
}

async function refuseEnd(
  { session, stop, kill }: OnlineHands,
  { database, table }: OnlineAlter,
  end: ToolEnd,
): Promise<void> {
  if (stop.aborted || kill.aborted) throw stopped(table);
  const said = end.said.map((line) => `\n  ${line}`).join("");
  if (end.code !== 0) {
    if (/Lock wait timeout/.test(said)) throw await blocked(session, database, table, said);
    const how = end.code === null ? "was ended by a signal" : `ended with exit code ${end.code}`;
    throw new MigrateError("tool-failed", `the tool that copies ${table} ${how}:${said}`);
  }
  if (end.complained !== null)
    throw new MigrateError("tool-failed", `values of ${table} do not fit: ${end.complained}`, {
      hint: "Correct such values first.",
    });
}

async function blocked(
  session: Session,
  database: string,
  name: string,
  said: string,
): Promise<MigrateError> {
  const { sessions, caveat } = await readBlockers(session, [{ database, name }]);
  const held = sessions.length === 0 ? "" : `\nHeld by:${sessions.map((one) => `\n  ${one}`).join("")}`;
  const noted = caveat === null ? "" : `\n(${caveat})`;
  return new MigrateError(
    "blocked",
    `the tool that copies ${name} could not have its locks:${said}${held}${noted}`,
    {
      hint: "End that session (KILL id), or wait for a quieter moment.",
    },
  );
}

function stopped(table: string): MigrateError {
  return new MigrateError("interrupted", `stopped on request while ${table} was copied, which is as it was.`);
}

/** Checks the copy, then gives it the table's name. */
async function swap(hands: OnlineHands, alter: OnlineAlter, mark: ToolMark): Promise<void> {
  const { database, table } = alter;
  const [copied] = mark.copies;
  const [old] = mark.olds;
  if (copied === undefined || old === undefined) throw new TypeError("both have names");
  await refuseOtherDefinition(hands, alter, copied);
  await refuseOtherRows(hands, alter, copied);
  const seen = await observe(hands.session, mark);
  if (seen.triggers.length !== mark.triggers.length || seen.copies.length === 0) {
    throw new MigrateError("tool-failed", `somebody dropped what keeps the copy of ${table} up to date.`);
  }
  // Otherwise the server would know nothing about its rows at first, and choose bad plans.
  await hands.session.query(`ANALYZE NO_WRITE_TO_BINLOG TABLE ${quoteQualified(database, copied)}`);
  const [from, to] = [quoteQualified(database, table), quoteQualified(database, copied)];
  await hands.locked(async () => {
    await hands.confirm();
    await hands.session.execute(`RENAME TABLE ${from} TO ${quoteQualified(database, old)}, ${to} TO ${from}`);
  });
}

async function refuseOtherDefinition(
  { session, made }: OnlineHands,
  { database, table }: OnlineAlter,
  copied: string,
): Promise<void> {
  const wanted = await made();
  if (wanted === null) return;
  const is = (await readDefinition(session, { type: "table", database, name: copied }, database)) ?? "";
  // The server renames these constraints together with their table.
  if (is.replaceAll(`\`${copied}_chk_`, `\`${table}_chk_`) === wanted) return;
  throw new MigrateError(
    "tool-failed",
    `the tool makes another table of ${table} than the server would:\n${is}\ninstead of:\n${wanted}`,
    { hint: "Run it when nobody writes, without the mark." },
  );
}

async function refuseOtherRows(
  hands: OnlineHands,
  { database, table }: OnlineAlter,
  copied: string,
): Promise<void> {
  const keeper = keepAlive(hands.confirm);
  const own = await hands.beside();
  try {
    const compared = await compareRows(own, database, table, copied, (rows, percent) => {
      if (hands.stop.aborted || hands.kill.aborted) throw stopped(table);
      if (keeper.lost.aborted) throw keeper.lost.reason;
      if (rows > 0) hands.progress("comparing rows", percent, null);
    });
    if (compared.difference !== null) {
      throw new MigrateError(
        "tool-failed",
        `rows of ${table} would not be the same afterwards: ${compared.difference}.`,
        { hint: "Values may not fit into what the statement makes of their columns. Correct them first." },
      );
    }
    if (compared.notCompared.length > 0) {
      const names = compared.notCompared.join(", ");
      hands.warn(`Values of ${names} in ${table} were not compared with their copies: their type changes.`);
    }
  } finally {
    await own.close();
    await keeper.end();
  }
}
