import type { DatabaseSettings, Settings } from "../config";
import { openSession } from "../database/connection";
import type { Session } from "../database/session";
import { introspect, type Since } from "../schema/introspect";
import type { Schema } from "../schema/model";
import { splitText } from "../syntax/splitter";
import type { Statement } from "../syntax/statement";
import { failedOnScratch } from "./scratch-failure";

const A_DAY_SECONDS = 86_400;

/** Opens a session on a scratch database. */
export async function openScratchSession(scratch: DatabaseSettings): Promise<Session> {
  return await openSession(scratch, { idleSeconds: A_DAY_SECONDS, unlimited: true });
}

/** Opens such a session, gives it to the body and closes it, whatever happens. */
export async function withScratchSession<T>(
  scratch: DatabaseSettings,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openScratchSession(scratch);
  try {
    return await body(session);
  } finally {
    await session.close();
  }
}

/**
 * What a session's database has become, less the history table.
 * @param since what is known from before; null: nothing
 */
export async function readSchemaOf(
  session: Session,
  settings: Settings,
  since: Since | null = null,
): Promise<Schema> {
  return await introspect(session, session.database, {
    except: [settings.table],
    ...(since === null ? {} : { since }),
  });
}

/**
 * Runs SQL text, one statement after the other.
 * @param fileName for messages
 * @param before called before each with what it is; what it throws ends it
 * @throws StatementError with the statement's place
 */
export async function runText(
  session: Session,
  fileName: string,
  sql: string,
  before: (statement: Statement) => void,
): Promise<void> {
  const { noBackslashEscapes } = session.server;
  const statements = splitText(sql, { fileName, noBackslashEscapes });
  for (const statement of statements) {
    before(statement);
    await session.run(statement.text).catch((error: unknown) => {
      throw failedOnScratch({ fileName, statement, total: statements.length }, error);
    });
  }
}
