import { MigrateError, StatementError } from "../errors";
import { readMigrations, refuseTemplates, requireMigrations } from "../migrations/read-migrations";
import { readSqlFile } from "../migrations/schema-file";
import { migrate } from "../run/migrate";
import type { RunOptions } from "../run/runner";
import { withSession } from "../server/connection";
import type { DatabaseSettings } from "../settings/database";
import type { FolderSettings } from "../settings/settings";
import { quoteIdentifier } from "../syntax/quote";
import { refuseIfStopped } from "./build";
import { installServer } from "./install-server";
import { settingsOn, startPrivateServer } from "./private-server";
import { runText, withScratchSession } from "./scratch-session";
import type { Environment, ServerFamily } from "./server-programs";

/** What goes into a sandbox. */
export interface SandboxContents {
  readonly folder: FolderSettings;
  /** Name of its database. */
  readonly database: string;
  /** Which server; null: whichever is found. */
  readonly family: ServerFamily | null;
  /** A file of SQL that is run behind the migrations; null: none. */
  readonly seed: string | null;
  /** For finding a server program, and fetching one. */
  readonly environment: Environment;
  /** Told what happens; stops it. */
  readonly run: Pick<RunOptions, "emit" | "progressMs" | "signal" | "killSignal">;
}

/** A database with all migrations applied, on a server of its own that is gone when this process is. */
export interface RunningSandbox {
  readonly family: ServerFamily;
  readonly version: string;
  /** `mysql://root@127.0.0.1:PORT/DATABASE` */
  readonly url: string;
  readonly database: DatabaseSettings;
  /** Version that the database is at. */
  readonly current: number | null;
  /** Resolves when the server has ended, with what `wait` tells, in words. Waiting for it keeps this process alive. */
  ended(): Promise<string>;
  /** Ends the server and removes its folder; may be repeated. */
  close(): Promise<void>;
}

/** Events would change rows at moments that no test can know. */
const SERVER_ARGUMENTS = ["--event-scheduler=OFF"];

/**
 * Starts a server, applies the migrations to a new database there, and runs the seed. Folder and seed are read first.
 * @throws MigrateError `no-local-server`, `folder-empty`, `unreadable`, `interrupted`; RefusedError for the folder;
 *   StatementError for a file that fails. Nothing is left behind then.
 */
export async function startSandbox(contents: SandboxContents): Promise<RunningSandbox> {
  const { family, environment, run } = contents;
  const folder = readMigrations(contents.folder.dir);
  requireMigrations(folder);
  refuseTemplates(folder.migrations);
  const seed = contents.seed === null ? null : readSqlFile(contents.seed);
  const say = (line: string): void => run.emit?.({ event: "note", message: line });
  const server = await startPrivateServer({
    family,
    environment,
    serverArguments: SERVER_ARGUMENTS,
    install: () => installServer(family ?? "mariadb", environment, say),
  });
  try {
    refuseIfStopped(run);
    const database = settingsOn(server, contents.database);
    await createDatabase(database);
    const { to } = await explained(() =>
      migrate({ ...contents.folder, database, waitMs: 0, ignore: [], ignorePartitions: [] }, "up", null, run),
    );
    if (seed !== null) await explained(() => runSeed(contents.seed ?? "", seed, database, run));
    return {
      family: server.family,
      version: server.version,
      url: `${server.url}/${encodeURIComponent(contents.database)}`,
      database,
      current: to,
      ended: () => server.ended(),
      close: () => server.stop(),
    };
  } catch (error) {
    await server.stop().catch(() => {}); // the first error is the one that matters
    throw error;
  }
}

async function createDatabase(database: DatabaseSettings): Promise<void> {
  const create = `CREATE DATABASE ${quoteIdentifier(database.database)} CHARACTER SET utf8mb4`;
  await withSession(database, (session) => session.execute(create), { withoutDatabase: true });
}

async function runSeed(
  fileName: string,
  sql: string,
  database: DatabaseSettings,
  stop: Pick<RunOptions, "signal" | "killSignal">,
): Promise<void> {
  await withScratchSession(database, (session) =>
    runText(session, fileName, sql, () => refuseIfStopped(stop)),
  );
}

/** What helps elsewhere, such as going on at the statement, does not help here. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const { code, message, failure } = error;
    throw new StatementError(code, message, failure, {
      cause: error,
      hint: `It happened in the sandbox, which is gone; no other database was touched. Edit ${failure.file}, then try it again.`,
    });
  }
}

/** The server of a sandbox ended although nobody wanted it to. */
export function serverEnded(how: string): MigrateError {
  return new MigrateError("no-local-server", `The sandbox's server ended by itself (${how}).`, {
    hint: "Its data is gone with it. The machine may be short of memory; start it again.",
  });
}
