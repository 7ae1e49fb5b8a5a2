import { setTimeout as pause } from "node:timers/promises";
import { MigrateError } from "../errors";
import type { ToolMark } from "../history/tool-mark";
import { serverErrno } from "../server/error-numbers";
import type { Session } from "../server/session";
import { LASTING } from "../server/tables";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { type Clearing, decideClearing, type Observed } from "./leftovers";

/** When a server was started, to within a second or two. */
export async function readUpSince(session: Session): Promise<number> {
  const [now] = await session.query("SELECT UNIX_TIMESTAMP(SYSDATE()) AS seconds");
  const [status] = await session.query("SHOW GLOBAL STATUS LIKE 'Uptime'");
  return Math.round(Number(now?.seconds) - Number(status?.Value));
}

/** Two readings of the same server's start time differ by less than this, and a restart takes longer. */
const SAME_START_SECONDS = 3;

/** Looks for what exists of a tool's work. */
export async function observe(session: Session, mark: ToolMark): Promise<Observed> {
  const sessions = await readSessions(session, mark);
  const names = [mark.table, ...mark.copies, ...mark.olds];
  const tables = await session.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND ${LASTING} AND TABLE_NAME IN (${names.map(() => "?").join(", ")})`,
    [mark.database, ...names],
  );
  const there = new Set(tables.map(({ name }) => folded(session, String(name))));
  const has = (name: string): boolean => there.has(folded(session, name));
  return {
    sessions,
    table: has(mark.table),
    copies: mark.copies.filter(has),
    olds: mark.olds.filter(has),
    triggers: await readTriggers(session, mark),
  };
}

function folded(session: Session, name: string): string {
  return session.server.foldsTableNames ? name.toLowerCase() : name;
}

async function readTriggers(session: Session, { database, triggers }: ToolMark): Promise<readonly string[]> {
  if (triggers.length === 0) return [];
  const rows = await session.query(
    `SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS
      WHERE TRIGGER_SCHEMA = ? AND TRIGGER_NAME IN (${triggers.map(() => "?").join(", ")})`,
    [database, ...triggers],
  );
  return rows.map(({ name }) => String(name));
}

/** Session numbers begin anew when a server restarts, so the same number may then be somebody else's. */
async function readSessions(session: Session, mark: ToolMark): Promise<readonly number[]> {
  const { connections, instance, upSince } = mark;
  if (connections.length === 0 || session.server.instance !== instance) return [];
  if (Math.abs((await readUpSince(session)) - upSince) > SAME_START_SECONDS) return [];
  const rows = await session.query("SHOW PROCESSLIST");
  const alive = new Set(rows.map(({ Id }) => Number(Id)));
  return connections.filter((id) => alive.has(id));
}

/** A killed session first undoes what it was doing. */
const END_TRIES = 600;

/**
 * Ends the tool's remaining sessions, and clears away what it made and nothing else.
 * @param locked does work that takes locks, and tries again while it cannot get them
 * @throws MigrateError `in-doubt` when a person must look, `blocked`; the driver's error
 */
export async function clearLeftovers(
  session: Session,
  mark: ToolMark,
  locked: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const next = decideClearing(await observe(session, mark));
    if (next.do === "nothing") return;
    if (next.do === "ask" || tries > END_TRIES) throw inDoubt(mark, next);
    await clearOne(session, mark, next, locked);
  }
}

async function clearOne(
  session: Session,
  { database, table }: ToolMark,
  next: Exclude<Clearing, { readonly do: "ask" | "nothing" }>,
  locked: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const name = (own: string): string => quoteQualified(database, own);
  switch (next.do) {
    case "end-sessions":
      for (const id of next.sessions) await end(session, id);
      await pause(100);
      return;
    case "put-back":
      return locked(async () => {
        await session.execute(`RENAME TABLE ${name(next.old)} TO ${name(table)}`);
      });
    case "drop-triggers":
      return locked(async () => {
        for (const trigger of next.triggers) await session.execute(`DROP TRIGGER IF EXISTS ${name(trigger)}`);
      });
    case "drop-tables":
      return locked(async () => {
        await session.execute(`DROP TABLE IF EXISTS ${next.tables.map(name).join(", ")}`);
      });
    default:
      next satisfies never;
  }
}

const ER_NO_SUCH_THREAD = 1094;

async function end(session: Session, id: number): Promise<void> {
  await session.execute(`KILL ${id}`).catch((error: unknown) => {
    if (serverErrno(error) !== ER_NO_SUCH_THREAD) throw error;
  });
}

function inDoubt({ database, table, copies, olds }: ToolMark, next: Clearing): MigrateError {
  const why = next.do === "ask" ? next.why : "sessions of the tool do not end";
  const names = [...copies, ...olds].map(quoteIdentifier).join(" or ");
  return new MigrateError(
    "in-doubt",
    `A tool was copying ${quoteQualified(database, table)} when an earlier run ended, and ${why}. Its rows may be in ${names}. Nothing was changed.`,
    { hint: `Give the table with the right rows its name back (RENAME TABLE), then run it again.` },
  );
}
