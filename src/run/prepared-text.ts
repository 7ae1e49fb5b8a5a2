import type { Session } from "../server/session";
import { readUserVariables, type SavedValue, savedText } from "../server/user-variables";
import type { PreparedSource } from "../syntax/classify";
import { SCRATCH_VARIABLE } from "./session-memory";

/** Asks the server what a PREPARE or EXECUTE IMMEDIATE is about to be given; null for a literal, which says it itself. */
export async function readPreparedValue(
  session: Session,
  source: PreparedSource,
): Promise<SavedValue | null> {
  if (source.from === "text") return null;
  const name = source.from === "variable" ? source.name : SCRATCH_VARIABLE;
  if (source.from === "expression") await session.query(`SET @${SCRATCH_VARIABLE} = ${source.text}`);
  return (await readUserVariables(session, [name]))[name] ?? { type: "null" };
}

/** The text that EXECUTE IMMEDIATE will run; null when it is none. */
export async function readImmediateText(session: Session, source: PreparedSource): Promise<string | null> {
  if (source.from === "text") return source.text;
  return savedText((await readPreparedValue(session, source)) ?? undefined);
}
