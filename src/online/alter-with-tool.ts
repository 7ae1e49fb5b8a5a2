import { MigrateError } from "../errors";
import type { ToolMark } from "../history/tool-mark";
import { readBlockers } from "../server/blockers";
import type { Session } from "../server/session";
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
import { type Door, openDoor } from "./door";
import { findTool } from "./find-tool";
import { readFacts, whyUnfit } from "./fit";
import { briefly, type OnlineAlter, type OnlineHands, stopped } from "./hands";
import { keepAlive } from "./keep-alive";
import { clearLeftovers, observe, readUpSince } from "./observe";
import { swap } from "./swap";
import { progressIn, runTool, type ToolEnd } from "./tool";

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
  const clear = (): Promise<void> =>
    briefly(hands, () => clearLeftovers(hands.session, copying.mark, hands.locked));
  try {
    if (copying.lost !== null) throw copying.lost;
    // Other tools have already swapped the tables.
    if (command === null || copying.end.code !== 0) await refuseEnd(hands, alter, copying.end);
    if (command === null) await swap(hands, alter, copying.mark);
  } catch (error) {
    // Without the right to run, what exists now may belong to another run, which will clear it.
    await hands
      .confirm()
      .then(clear)
      .catch(() => {});
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
  { session, confirm, stop, kill }: OnlineHands,
  { database, table }: OnlineAlter,
  end: ToolEnd,
): Promise<void> {
  // If the server is gone, it is not the tool that failed.
  if (end.code !== 0) await confirm();
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
