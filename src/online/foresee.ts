import type { Problem } from "../errors";
import { refusesThisWay, serverErrno } from "../server/error-numbers";
import type { Session } from "../server/session";
import { createThrowaway } from "../server/throwaway";
import type { OnlineSettings } from "../settings/online";
import { alterParts, withWish } from "../syntax/alter-wish";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { cannotOnline, toolMissing } from "./cannot-online";
import { PT_OSC } from "./command";
import { findTool } from "./find-tool";
import { readFacts, whyUnfit } from "./fit";
import { cannotBeAsked, waysOf } from "./ways";

/** A marked statement with nothing before it that alters its table. */
export interface Marked {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/**
 * Finds, before anything runs, statements that would be refused when their turn comes: no tool can do them, and the
 * server would make writes wait. We ask the server only about tables that no tool can copy, with an empty copy; if that
 * cannot be made, we foresee nothing.
 * @param beside opens another session
 */
export async function foreseeRefusals(
  session: Session,
  beside: () => Promise<Session>,
  settings: OnlineSettings,
  marked: readonly Marked[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  if (settings.command !== null) return problems;
  for (const { file, line, column, text } of marked) {
    const parts = alterParts(text, session.server);
    if (parts === null || parts.database !== null) continue;
    const { table } = parts;
    const facts = await readFacts(session, session.database, table);
    // An earlier statement creates the table.
    if (facts.type === null) continue;
    const unfit = whyUnfit(text, table, facts);
    const missing = (await findTool(PT_OSC, settings.environment)) === null;
    if ((unfit === null && !missing) || !(await leavesItToTool(beside, session.database, table, text)))
      continue;
    const error = unfit === null ? toolMissing(table) : cannotOnline(table, unfit.why, unfit.instead);
    problems.push({
      code: "cannot-online",
      file,
      message: `${file}:${line}:${column}: ${error.message}`,
      hint: error.hint,
    });
  }
  return problems;
}

/** Whether the server would make writes wait; also false when we cannot ask it. */
async function leavesItToTool(
  beside: () => Promise<Session>,
  database: string,
  table: string,
  text: string,
): Promise<boolean> {
  const own = await beside();
  let made: string | null = null;
  try {
    made = await createThrowaway(own, "utf8mb4", "utf8mb4_general_ci");
    await own.execute(`CREATE TABLE ${quoteQualified(made, table)} LIKE ${quoteQualified(database, table)}`);
    await own.run(`USE ${quoteIdentifier(made)}`);
    return await refusesAll(own, text);
  } catch (error) {
    if (serverErrno(error) === null) throw error;
    return false;
  } finally {
    if (made !== null) await own.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(made)}`).catch(() => 0);
    await own.close();
  }
}

async function refusesAll(own: Session, text: string): Promise<boolean> {
  for (const wish of waysOf(text, own.server)) {
    const wished = withWish(text, wish, own.server);
    if (wished === null) return false;
    try {
      await own.run(wished);
      return false;
    } catch (error) {
      // Other errors come up again when the statement runs.
      if (!refusesThisWay(error) && !cannotBeAsked(error, text)) return false;
    }
  }
  return true;
}
