import { introspect, type Since } from "../schema/introspect";
import type { Schema } from "../schema/model";
import { openSession } from "../server/connection";
import { serverErrno } from "../server/error-numbers";
import { leaseTable } from "../server/lease";
import type { Session } from "../server/session";
import type { DatabaseSettings } from "../settings/database";
import type { Settings } from "../settings/settings";
import { splitText } from "../syntax/splitter";
import type { Statement } from "../syntax/statement";
import { refersToOtherDatabase } from "./other-databases";
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
 * Reads the schema of a session's database, without the history table.
 * @param since what is known from an earlier reading; null: nothing
 */
export async function readSchemaOf(
  session: Session,
  settings: Settings,
  since: Since | null = null,
): Promise<Schema> {
  return await introspect(session, session.database, {
    except: [settings.table, leaseTable(settings.table)],
    ...(since === null ? {} : { since }),
  });
}

/**
 * Runs SQL text, one statement after another.
 * @param fileName for messages
 * @param before called before each statement with its kind; an error from it ends the run
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
    await runStatement(session, statement.text).catch((error: unknown) => {
      const { database } = session;
      throw failedOnScratch({ fileName, statement, total: statements.length, database }, error);
    });
  }
}

/** ER_CANT_CREATE_TABLE with errno 150 (MariaDB), ER_FK_CANNOT_OPEN_PARENT (MySQL) */
const NO_PARENT: readonly (number | null)[] = [1005, 1824];

/**
 * Runs one statement of a file. A foreign key to another database, which a throwaway server does not have, is created
 * without a check.
 * @throws the driver's error
 */
export async function runStatement(session: Session, text: string): Promise<void> {
  try {
    await session.run(text);
  } catch (error) {
    if (!NO_PARENT.includes(serverErrno(error)) || !refersToOtherDatabase(text, session.database))
      throw error;
    await session.run("SET SESSION foreign_key_checks = 0");
    try {
      await session.run(text);
    } finally {
      await session.run("SET SESSION foreign_key_checks = 1"); // as before: unchecked, it would not have failed
    }
  }
}
