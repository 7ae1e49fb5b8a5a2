import type { ToolMark } from "../history/tool-mark";
import { alterWithTool } from "../online/alter-with-tool";
import { cannotOnline } from "../online/cannot-online";
import type { OnlineHands } from "../online/hands";
import { decideClearing } from "../online/leftovers";
import { clearLeftovers, observe } from "../online/observe";
import { cannotBeAsked, waysOf } from "../online/ways";
import { clusterName } from "../server/cluster";
import { refusesThisWay } from "../server/error-numbers";
import type { Session } from "../server/session";
import { workOut } from "../server/work-out";
import { type AlterParts, alterParts, withWish } from "../syntax/alter-wish";
import type { Statement } from "../syntax/statement";
import type { Announcement } from "./decide";
import { type Execution, type OnlineTools, ranForGood, record } from "./execution";
import { intentFor, sendAnnounced, tablesOf } from "./intent";
import { isUnchanged } from "./judge-intent";
import { restoreSession, saveSession } from "./saved-session";

/** Seconds that a tool waits for a metadata lock unless another time is set: everybody who writes waits behind it. */
const LOCK_WAIT_SECONDS = 1;

/**
 * Runs an ALTER TABLE whose intent is recorded, in a way that lets others go on writing. We ask the server with
 * ALGORITHM and LOCK on the table itself: it refuses at once if it cannot do it that way. (A copy could do INSTANT
 * where the table itself has used that up.) What the server cannot do is left to a tool.
 */
export async function sendOnline(execution: Execution, statement: Statement): Promise<void> {
  const { session, announced, memory, online } = execution;
  const { server } = session;
  const parts = alterParts(statement.text, server);
  if (announced === null || parts === null || online === null) throw new TypeError("it was looked at before");
  for (const wish of waysOf(statement.text, server)) {
    const text = withWish(statement.text, wish, server);
    if (text === null) continue;
    try {
      return await sendAnnounced(execution, statement, text);
    } catch (error) {
      if (!refusesThisWay(error) && !cannotBeAsked(error, statement.text)) throw error;
    }
  }
  if (parts.wishes)
    throw cannotOnline(parts.table, "it says itself how it is to be done", "Leave that to the mark.");
  if (server.cluster === "galera") online.warn(atGalera(parts.table));
  await leaveToTool(execution, online, statement, { ...parts, database: parts.database ?? memory.database });
}

/** @throws as `alterWithTool` */
async function leaveToTool(
  execution: Execution,
  tools: OnlineTools,
  statement: Statement,
  parts: AlterParts & { readonly database: string },
): Promise<void> {
  const { session, announced } = execution;
  if (announced === null) throw new TypeError("its intent comes first");
  let mark: ToolMark | null = null;
  const note = async (now: ToolMark): Promise<void> => {
    mark = now;
    await record(execution, { ...intentFor(execution, statement, announced), tool: now });
  };
  const { text } = statement;
  execution.fateOpen = true;
  try {
    await alterWithTool({ ...handsOf(execution, tools, announced, text), note }, { ...parts, text });
  } catch (error) {
    const unchanged = await isUnchanged(session, announced).catch(() => false);
    execution.fateOpen = !unchanged || (mark !== null && (await isAnythingLeft(session, mark)));
    throw error;
  }
  execution.fateOpen = false;
  ranForGood(execution, statement);
}

async function isAnythingLeft(session: Session, mark: ToolMark): Promise<boolean> {
  const seen = await observe(session, mark).catch(() => null);
  return seen === null || decideClearing(seen).do !== "nothing";
}

function handsOf(
  execution: Execution,
  { settings, lockWaitMs, openBeside, meter, warn, stop }: OnlineTools,
  announced: Announcement,
  text: string,
): Omit<OnlineHands, "note"> {
  const { session, journal, retry, memory } = execution;
  const tables = tablesOf(announced.objects, memory.database);
  const never = new AbortController().signal;
  return {
    session,
    settings,
    lockWaitSeconds: lockWaitMs === null ? LOCK_WAIT_SECONDS : Math.max(1, Math.ceil(lockWaitMs / 1000)),
    beside: openBeside,
    locked: (work) => retry.through(work, tables, async () => null),
    confirm: () => journal.confirm(session),
    made: () => workOutDefinition(execution, openBeside, announced, text),
    progress: (stage, percent, remainingMs) => meter.told({ stage, percent }, remainingMs),
    warn,
    stop: stop.signal ?? never,
    kill: stop.killSignal ?? never,
  };
}

/** In a session set up like the file's, since the file's settings may matter. */
async function workOutDefinition(
  { session, memory }: Execution,
  openBeside: OnlineTools["openBeside"],
  { objects, before }: Announcement,
  text: string,
): Promise<string | null> {
  if (before === null) return null;
  const saved = await saveSession(session, memory);
  const beside = await openBeside();
  try {
    await restoreSession(beside, memory, saved, () => "DO 0");
    const made = await workOut(beside, { text, database: memory.database, objects, before });
    return made?.objects[0]?.definition ?? null;
  } finally {
    await beside.close();
  }
}

function atGalera(table: string): string {
  return `${table} is not altered by the server: ${clusterName("galera")} makes every write on every node wait for an ALTER TABLE that is not INSTANT, also one that is done INPLACE. It is copied by a tool instead.`;
}

/** Stops the tool of an earlier run and removes what it left. @throws as `clearLeftovers` */
export async function clearTool({ session, retry }: Execution, mark: ToolMark): Promise<void> {
  const tables = [{ database: mark.database, name: mark.table }];
  await clearLeftovers(session, mark, (work) => retry.through(work, tables, async () => null));
}
