import { randomBytes } from "node:crypto";
import { MigrateError, StatementError } from "../errors";
import { readMigrations, refuseTemplates, requireMigrations } from "../migrations/read-migrations";
import { readSqlFile } from "../migrations/schema-file";
import { migrate } from "../run/migrate";
import type { RunOptions } from "../run/runner";
import { withSession } from "../server/connection";
import type { Session } from "../server/session";
import type { DatabaseSettings } from "../settings/database";
import type { FolderSettings } from "../settings/settings";
import { quoteIdentifier } from "../syntax/quote";
import { refuseIfStopped } from "./build";
import { installServer } from "./install-server";
import { bringBack, emptyDatabase, type KeptRows, keepRows } from "./kept-rows";
import { settingsOn, startPrivateServer } from "./private-server";
import { runText, withScratchSession } from "./scratch-session";
import type { Environment, ServerFamily } from "./server-programs";

/** What goes into a sandbox. */
export interface SandboxContents {
  readonly folder: FolderSettings;
  /** Name of its database; null: any name, on an existing server for sandboxes if there is one. */
  readonly database: string | null;
  /** Which server; null: any that is found. */
  readonly family: ServerFamily | null;
  /** A file of SQL to run after the migrations; null: none. */
  readonly seed: string | null;
  /** Whether `reset` will be called: then the rows are kept for it. */
  readonly resets?: boolean;
  /** Used to find a server program, or to fetch one. */
  readonly environment: Environment;
  /** Where to report what happens, and how to stop it. */
  readonly run: Pick<RunOptions, "emit" | "progressMs" | "signal" | "killSignal">;
}

/** A database with all migrations applied, on a server of its own that ends with this process. */
export interface RunningSandbox {
  readonly family: ServerFamily;
  readonly version: string;
  /** `mysql://root@127.0.0.1:PORT/DATABASE` */
  readonly url: string;
  readonly database: DatabaseSettings;
  /** The database's version. */
  readonly current: number | null;
  /** `mysql://root@127.0.0.1:PORT`: where programs that this one starts can put their sandboxes. */
  readonly serverUrl: string;
  /** Restores the initial rows of every table. @throws MigrateError `blocked` */
  reset(): Promise<void>;
  /** Resolves when the server has ended, with the exit status in words. Waiting for it keeps this process alive. */
  ended(): Promise<string>;
  /**
   * Ends the server and removes its folder, or drops the database on a server that goes on; can be called repeatedly.
   */
  close(): Promise<void>;
}

/**
 * Events would change rows at moments that no test can predict; and a table that falls out of the cache counts as
 * changed.
 */
const SERVER_ARGUMENTS = ["--event-scheduler=OFF", "--table-definition-cache=20000"];

/** Tells programs inside a sandbox where its server is, so that their sandboxes are databases on it. */
export const SERVER_VARIABLE = "MYSQL_UPDOWN_SANDBOX";

/** A server for sandboxes: started for this one, or one that goes on afterwards. */
interface Host {
  readonly family: ServerFamily;
  readonly version: string;
  readonly url: string;
  settings(database: string): DatabaseSettings;
  ended(): Promise<string>;
  end(databases: readonly string[]): Promise<void>;
}

/**
 * Applies the migrations to a new database, on a server that is started for it or that there is already, and runs the seed.
 * Folder and seed are read first.
 * @throws MigrateError `no-local-server`, `folder-empty`, `unreadable`, `interrupted`; RefusedError for the folder;
 *   StatementError for a file that fails. After an error nothing is left behind.
 */
export async function startSandbox(contents: SandboxContents): Promise<RunningSandbox> {
  const folder = readMigrations(contents.folder.dir);
  requireMigrations(folder);
  refuseTemplates(folder.migrations);
  if (contents.seed !== null) readSqlFile(contents.seed);
  const host = (await hostThere(contents)) ?? (await startHost(contents));
  const name = contents.database ?? `sandbox_${randomBytes(6).toString("hex")}`;
  const keeper = `${name.slice(0, 50)}_kept_rows`;
  const database = host.settings(name);
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closed ??= host.end([name, keeper]);
    return closed;
  };
  try {
    refuseIfStopped(contents.run);
    await createDatabase(database);
    const current = await fill(contents, database);
    let kept: KeptRows | null = null;
    const keep = async (): Promise<void> => {
      kept = await withSession(database, (session) => keepRows(session, keeper), UNLIMITED);
    };
    if (contents.resets === true) await keep();
    return {
      family: host.family,
      version: host.version,
      url: `${host.url}/${encodeURIComponent(name)}`,
      serverUrl: host.url,
      database,
      current,
      ended: () => host.ended(),
      close,
      async reset() {
        const rows = kept;
        if (rows !== null && (await withSession(database, (session) => bringBack(session, rows), UNLIMITED)))
          return;
        await withSession(database, emptyDatabase, UNLIMITED);
        await dropDatabases(database, [keeper]);
        await fill(contents, database);
        await keep();
      },
    };
  } catch (error) {
    await close().catch(() => {}); // the first error is the one that matters
    throw error;
  }
}

const UNLIMITED = { unlimited: true } as const;

/** @returns null when there is none, or it is not the right one */
async function hostThere({ environment, database, family }: SandboxContents): Promise<Host | null> {
  const url = environment[SERVER_VARIABLE];
  const place = /^mysql:\/\/root@(127\.0\.0\.1):(\d+)$/.exec(url ?? "");
  if (url === undefined || place === null || database !== null) return null;
  const [, host = "", port = ""] = place;
  const settings = (name: string): DatabaseSettings =>
    settingsOn({ host, port: Number(port), socket: null }, name);
  const { server } = await withSession(settings("mysql"), async (session) => session, {
    withoutDatabase: true,
  });
  if (family !== null && family !== server.family) return null;
  return {
    family: server.family,
    version: server.version,
    url,
    settings,
    ended: () => new Promise(() => {}),
    end: (databases) => dropDatabases(settings("mysql"), databases),
  };
}

async function startHost({ family, environment, run }: SandboxContents): Promise<Host> {
  const say = (line: string): void => run.emit?.({ event: "note", message: line });
  const server = await startPrivateServer({
    family,
    environment,
    serverArguments: SERVER_ARGUMENTS,
    install: () => installServer(family ?? "mariadb", environment, say),
  });
  return {
    family: server.family,
    version: server.version,
    url: server.url,
    settings: (name) => settingsOn(server, name),
    ended: () => server.ended(),
    end: () => server.stop(),
  };
}

async function createDatabase(database: DatabaseSettings): Promise<void> {
  const create = `CREATE DATABASE ${quoteIdentifier(database.database)} CHARACTER SET utf8mb4`;
  await withSession(database, (session) => session.execute(create), { withoutDatabase: true });
}

/** @returns the database's version */
async function fill(contents: SandboxContents, database: DatabaseSettings): Promise<number | null> {
  const { folder, seed, run } = contents;
  const settings = { ...folder, database, waitMs: 0, ignore: [], ignorePartitions: [] };
  const { to } = await explained(() => migrate(settings, "up", null, run));
  if (seed !== null) await explained(() => runSeed(seed, readSqlFile(seed), database, run));
  return to;
}

async function dropDatabases(server: DatabaseSettings, names: readonly string[]): Promise<void> {
  const drop = async (session: Session): Promise<void> => {
    await session.execute("SET SESSION foreign_key_checks = 0");
    for (const name of names) await session.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
  };
  await withSession(server, drop, { withoutDatabase: true });
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

/** Hints that help elsewhere, such as going on at the statement, do not help here. */
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

/** The error when a sandbox's server ended although nobody wanted it to. */
export function serverEnded(how: string): MigrateError {
  return new MigrateError("no-local-server", `The sandbox's server ended by itself (${how}).`, {
    hint: "Its data is gone with it. The machine may be short of memory; start it again.",
  });
}
