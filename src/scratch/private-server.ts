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
  /** Which server it has to be; null takes whichever is found first. */
  readonly family: ServerFamily | null;
  /** For PATH, HOME and XDG_CACHE_HOME. */
  readonly environment: Environment;
  /** Where to look after the PATH; by default where packages put servers. */
  readonly systemFolders?: readonly string[];
  /** More server options, such as `--sql-mode=…`; they win over this module's own. */
  readonly serverArguments?: readonly string[];
  /** Server options that its data has to be made with, such as `--innodb-page-size=…`. */
  readonly dataArguments?: readonly string[];
  /** Whether it keeps a binary log, in its folder; by default it does not. */
  readonly binaryLog?: boolean;
  /** Called when no server is found; afterwards it is looked for once more. Without it that is an error. */
  readonly install?: () => Promise<void>;
  /** How long it may take to answer, in seconds; 120 by default, since the machine may be slow or busy. */
  readonly startSeconds?: number;
}

/** A server of one's own: reachable from this machine only, root has no password, gone when this process is. */
export interface PrivateServer {
  readonly family: ServerFamily;
  readonly version: string;
  /** `mysql://root@127.0.0.1:PORT`, without a database. */
  readonly url: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly socket: string;
  /** Holds the data folder, the socket and the log; removed in the end. */
  readonly folder: string;
  /** Process id of the server; a new one after `restart`. */
  pid(): number;
  /** Resolves when the server has ended, with what `wait` tells, in words. Waiting for it keeps this process alive. */
  ended(): Promise<string>;
  /** Sends a signal. Resolves at once for SIGSTOP and SIGCONT, else when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again, on the same port and data, after ending it in order if it still runs. */
  restart(): Promise<void>;
  /** Ends it and removes its folder; may be repeated. */
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
 * Starts a server on a new, temporary data folder and waits until it answers. It ends by `stop`, or by itself
 * when this process ends in any way.
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

/** A Unix socket's path may have 107 bytes (103 on macOS), so a long TMPDIR is passed over. */
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
    // A killed server leaves them, and MySQL refuses to start when the lock's process id is in use again.
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
      // Nothing in it is worth an orderly shutdown, which takes seconds.
      stopped ??= end("SIGKILL").then(() => watchdog.close());
      return stopped;
    },
  };
}

/**
 * Fast, since nothing here has to survive the machine, but whole after a SIGKILL of the server: the log is
 * written (not synced) at each commit, and the doublewrite buffer stays, because a killed process can leave half
 * a page behind. MariaDB has files of its own that it syncs at each DDL statement, seven times at CREATE TABLE, unless it is told
 * `debug-no-sync`. https://mariadb.com/docs/server/server-management/starting-and-stopping-mariadb/mariadbd-options
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
  // It is there for what the server refuses because of it; nobody reads it, so it is not synced.
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

/** Asks on the Unix socket, which nobody else can own, rather than on the port, which another server might. */
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
