import type { DatabaseSettings, Settings } from "../config";
import { withSession } from "../database/connection";
import { serverWords } from "../database/server-errors";
import { MigrateError, StatementError } from "../errors";
import { readMigrations } from "../files/read-migrations";
import { migrate, type RunOptions } from "../run/migrate";
import { introspect } from "../schema/introspect";
import type { Schema } from "../schema/model";
import { splitText } from "../syntax/splitter";

/** How a caller stops what runs on scratch databases. */
export type Stop = Pick<RunOptions, "signal" | "killSignal">;

/** Applies the migrations up to a version, or all, to a scratch database. An empty folder applies none. */
export async function applyMigrations(
  settings: Settings,
  scratch: DatabaseSettings,
  to: number | null,
  stop: Stop,
): Promise<void> {
  if (readMigrations(settings.dir).migrations.length === 0) return;
  await migrate({ ...settings, database: scratch }, "up", to === null ? null : { to: String(to) }, stop);
}

/** Reads what a scratch database has become, less the history table. */
export async function readScratch(settings: Settings, scratch: DatabaseSettings): Promise<Schema> {
  return await withSession(scratch, (session) =>
    introspect(session, session.database, { except: [settings.table] }),
  );
}

/**
 * Runs SQL text on a scratch database, one statement after the other.
 * @param fileName for messages
 * @throws StatementError with the statement's place
 */
export async function runScript(scratch: DatabaseSettings, fileName: string, sql: string): Promise<void> {
  await withSession(scratch, async (session) => {
    const statements = splitText(sql, { fileName, noBackslashEscapes: session.server.noBackslashEscapes });
    for (const { number, text, line, column } of statements) {
      try {
        await session.run(text);
      } catch (error) {
        const errno = (error as { errno?: unknown }).errno;
        throw new StatementError(
          "statement-failed",
          `${fileName}:${line}:${column}: ${serverWords(error)}`,
          {
            file: fileName,
            line,
            column,
            statement: number,
            total: statements.length,
            done: number - 1,
            errno: typeof errno === "number" ? errno : null,
          },
          { cause: error },
        );
      }
    }
  });
}

/** Stops between two pieces of work when the caller wants that. @throws MigrateError `interrupted` */
export function refuseIfStopped({ signal }: Stop): void {
  if (signal?.aborted === true) throw new MigrateError("interrupted", "Stopped on request.");
}
