import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { MigrateError } from "../errors";
import type { DatabaseSettings } from "../settings/database";
import { createDataFolder, logTail, MARIADB_LOG_SIZE, userArguments } from "./data-folder";
import { installerCommand } from "./install-server";
import { answers, freePort, isFree } from "./listening";
import {
  type Environment,
  findServerProgram,
  type ServerFamily,
  type ServerProgram,
} from "./server-programs";
import { startWatchdog, type Watchdog, type WatchedProcess } from "./watchdog";

export interface PrivateServerOptions {
  /** Which kind of server; null takes the first one found. */
  readonly family: ServerFamily | null;
  /** Used for PATH, HOME and XDG_CACHE_HOME. */
  readonly environment: Environment;
  /** Where to look after the PATH; default: where packages put servers. */
  readonly systemFolders?: readonly string[];
  /** More server options, such as `--sql-mode=…`; they win over this module's own. */
  readonly serverArguments?: readonly string[];
  /** Server options for making its data, such as `--innodb-page-size=…`. */
  readonly dataArguments?: readonly string[];
  /** Whether it keeps a binary log, in its folder; default: no. */
  readonly binaryLog?: boolean;
  /** Called when no server is found; then we look once more. If left out, that is an error. */
  readonly install?: () => Promise<void>;
  /** How many seconds it may take to answer; default 120, since the machine may be slow or busy. */
  readonly startSeconds?: number;
}

/** A private server: it can be reached only from this machine, root has no password, and it ends with this process. */
export interface PrivateServer {
  readonly family: ServerFamily;
  readonly version: string;
  /** `mysql://root@127.0.0.1:PORT`, without a database. */
  readonly url: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly socket: string;
  /** Contains the data folder, the socket and the log; removed at the end. */
  readonly folder: string;
  /** Process id of the server; a new one after `restart`. */
  pid(): number;
  /** Resolves when the server has ended, with the exit status in words. Waiting for it keeps this process alive. */
  ended(): Promise<string>;
  /** Sends a signal. Resolves at once for SIGSTOP and SIGCONT, otherwise when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again, with the same port and data, after an orderly shutdown if it still runs. */
  restart(): Promise<void>;
  /** Ends it and removes its folder; can be called repeatedly. */
  stop(): Promise<void>;
}

/** How the runner reaches a database of a private server, as root. */
export function settingsOn(
  server: { readonly host: string; readonly port: number; readonly socket: string | null },
  database: string,
): DatabaseSettings {
  const { host, port, socket } = server;
  const ssl = { mode: "disabled", ca: null, cert: null, key: null } as const;
  return { host, port, socket, user: "root", password: "", database, ssl };
}

/** Gives the body a private server and stops it afterwards, whatever happens. @throws as startPrivateServer does */
export async function withPrivateServer<T>(
  options: PrivateServerOptions,
  body: (server: PrivateServer) => Promise<T>,
): Promise<T> {
  const server = await startPrivateServer(options);
  let result: T;
  try {
    result = await body(server);
  } catch (error) {
    await server.stop().catch(() => {}); // the first error is the one that matters
    throw error;
  }
  await server.stop();
  return result;
}

/**
 * Starts a server on a new, temporary data folder and waits until it answers. It ends with `stop`, or by itself when
 * this process ends, however that happens.
 * @throws MigrateError `no-local-server` when there is no server program or it does not start
 */
export async function startPrivateServer(options: PrivateServerOptions): Promise<PrivateServer> {
  const program = await findOrInstall(options);
  const folder = await temporaryFolder();
  const watchdog = await startWatchdog(folder, options.environment);
  try {
    const log = join(folder, "log");
    await mkdir(join(folder, "tmp"));
    await createDataFolder(
      program,
      join(folder, "data"),
      log,
      watchdog,
      options.environment,
      options.dataArguments,
    );
    return await startOnFreePort(program, folder, watchdog, options);
  } catch (error) {
    await watchdog.close().catch(() => {});
    throw error;
  }
}

async function findOrInstall(options: PrivateServerOptions): Promise<ServerProgram> {
  const { family, environment, install } = options;
  const find = () => findServerProgram(family, environment, options.systemFolders);
  let program = await find();
  if (program === null && install !== undefined) {
    await install();
    program = await find();
  }
  if (program !== null) return program;
  const wanted = { mysql: "MySQL (mysqld)", mariadb: "MariaDB (mariadbd)" };
  const what = family === null ? `${wanted.mysql} or ${wanted.mariadb}` : wanted[family];
  throw new MigrateError("no-local-server", `No ${what} was found on this machine.`, {
    hint: `Install it (Debian: apt-get install mariadb-server-core mariadb-client-core; macOS: brew install mariadb), or unpack
one beside the system:
  ${installerCommand(family ?? "mariadb")}`,
  });
}

/** A Unix socket's path can have at most 107 bytes (103 on macOS), so we ignore a long TMPDIR. */
async function temporaryFolder(): Promise<string> {
  const parent = tmpdir().length > 60 ? "/tmp" : tmpdir();
  return realpath(await mkdtemp(join(parent, "mysql-updown-")));
}

async function startOnFreePort(
  program: ServerProgram,
  folder: string,
  watchdog: Watchdog,
  options: PrivateServerOptions,
): Promise<PrivateServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return await startOn(program, folder, port, watchdog, options);
    } catch (error) {
      // Someone else took the port between the look and the start.
      if (attempt === 3 || (await isFree(port))) throw error;
    }
  }
}

async function startOn(
  program: ServerProgram,
  folder: string,
  port: number,
  watchdog: Watchdog,
  options: PrivateServerOptions,
): Promise<PrivateServer> {
  const socket = join(folder, "s.sock");
  const log = join(folder, "log");
  const args = serverArguments(program, folder, socket, port, options);
  const start = async (): Promise<WatchedProcess> => {
    // A killed server leaves them behind, and MySQL refuses to start when the lock's process id is in use again.
    for (const stale of [socket, `${socket}.lock`]) await rm(stale, { force: true });
    const started = await watchdog.start(program.path, args, log);
    await untilItAnswers(program, started, socket, log, options.startSeconds ?? 120);
    return started;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (running.hasExited()) return;
    process.kill(running.pid, signal);
    if (signal !== "SIGSTOP" && signal !== "SIGCONT") await running.exited();
  };
  let running = await start();
  let stopped: Promise<void> | null = null;

  return {
    family: program.family,
    version: program.version,
    url: `mysql://root@127.0.0.1:${port}`,
    host: "127.0.0.1",
    port,
    socket,
    folder,
    pid: () => running.pid,
    ended: () => running.exited(),
    kill: end,
    async restart() {
      await end("SIGTERM");
      running = await start();
    },
    stop() {
      // Nothing in it is worth an orderly shutdown, which would take seconds.
      stopped ??= end("SIGKILL").then(() => watchdog.close());
      return stopped;
    },
  };
}

/**
 * Options for speed, since nothing here must survive a crash of the machine. But the data must survive a SIGKILL of the
 * server: the log is written (not synced) at each commit, and the doublewrite buffer stays on, because a killed process
 * can leave half a page behind. MariaDB also syncs other files at each DDL statement, seven times at CREATE TABLE,
 * unless `debug-no-sync` is set.
 * https://mariadb.com/docs/server/server-management/starting-and-stopping-mariadb/mariadbd-options
 */
function serverArguments(
  program: ServerProgram,
  folder: string,
  socket: string,
  port: number,
  { serverArguments = [], dataArguments = [], binaryLog = false }: PrivateServerOptions,
): readonly string[] {
  const isMysql = program.family === "mysql";
  const own = isMysql
    ? ["--mysqlx=OFF", "--secure-file-priv=NULL", "--loose-innodb-redo-log-capacity=64M"]
    : ["--debug-no-sync", ...MARIADB_LOG_SIZE, `--secure-file-priv=${join(folder, "tmp")}`];
  // The binary log is only there because the server refuses some statements with it; nobody reads it, so it is not
  // synced.
  const logs = [`--log-bin=${join(folder, "binlog")}`, "--server-id=1", "--sync-binlog=0"];
  return [
    "--no-defaults",
    `--datadir=${join(folder, "data")}`,
    `--tmpdir=${join(folder, "tmp")}`,
    `--socket=${socket}`,
    `--pid-file=${join(folder, "pid")}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--innodb-buffer-pool-size=64M",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-dump-at-shutdown=OFF",
    "--innodb-buffer-pool-load-at-startup=OFF",
    ...own,
    ...(binaryLog ? logs : isMysql ? ["--skip-log-bin"] : []),
    ...userArguments(),
    ...dataArguments,
    ...serverArguments,
  ];
}

/** Asks on the Unix socket, which nobody else can own, not on the port, where another server may be. */
async function untilItAnswers(
  program: ServerProgram,
  started: WatchedProcess,
  socket: string,
  log: string,
  seconds: number,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (started.hasExited()) {
      throw new MigrateError(
        "no-local-server",
        `${program.path} ended (${await started.exited()}) before it answered`,
        {
          hint: await logTail(log),
        },
      );
    }
    if (await answers(socket, 1000)) return;
    await delay(30);
  }
  process.kill(started.pid, "SIGKILL");
  await started.exited();
  throw new MigrateError("no-local-server", `${program.path} did not answer within ${seconds} s`, {
    hint: await logTail(log),
  });
}
