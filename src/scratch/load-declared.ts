import type { MigrateError } from "../errors";
import type { DatabaseSettings } from "../settings/database";
import { splitText } from "../syntax/splitter";
import type { Statement } from "../syntax/statement";
import { failedOnScratch } from "./scratch-failure";
import { withScratchSession } from "./scratch-session";

/** No such table, routine or sequence yet, or a view that uses one is invalid. */
const NOT_YET: ReadonlySet<unknown> = new Set([1146, 1305, 1356, 4091]);

interface Waiting {
  readonly statement: Statement;
  readonly failure: MigrateError;
  /** The user variable with the sql_mode in which it was written. */
  readonly mode: string;
}

/**
 * Loads a declared schema with its statements in any order: foreign keys are not checked, and an object that needs a
 * missing one is created later.
 * @throws StatementError with the place of the first statement that cannot be run
 */
export async function loadDeclared(scratch: DatabaseSettings, fileName: string, sql: string): Promise<void> {
  await withScratchSession(scratch, async (session) => {
    await session.run("SET SESSION foreign_key_checks = 0");
    const statements = splitText(sql, { fileName, noBackslashEscapes: session.server.noBackslashEscapes });
    const attempt = async (statement: Statement): Promise<MigrateError | null> => {
      try {
        await session.run(statement.text);
        return null;
      } catch (error) {
        const { database } = session;
        const failure = failedOnScratch({ fileName, statement, total: statements.length, database }, error);
        const { errno } = error as { errno?: unknown };
        if (/^create\b/i.test(statement.text) && NOT_YET.has(errno)) return failure;
        throw failure;
      }
    };
    let waiting: Waiting[] = [];
    for (const statement of statements) {
      const failure = await attempt(statement);
      if (failure === null) continue;
      // The sql_mode is set by the file, and stays in the session.
      const mode = `@mysql_updown_mode_${statement.number}`;
      await session.run(`SET ${mode} = @@SESSION.sql_mode`);
      waiting.push({ statement, failure, mode });
    }
    while (waiting.length > 0) {
      const still: Waiting[] = [];
      for (const each of waiting) {
        await session.run(`SET SESSION sql_mode = ${each.mode}`);
        const failure = await attempt(each.statement);
        if (failure !== null) still.push({ ...each, failure });
      }
      const [first] = still;
      if (first !== undefined && still.length === waiting.length) throw first.failure;
      waiting = still;
    }
  });
}
