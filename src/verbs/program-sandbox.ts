import { MigrateError } from "../errors";
import type { RunEvent } from "../run/events";
import { type RunningSandbox, startSandbox } from "../scratch/sandbox";
import type { Environment } from "../scratch/server-programs";
import { readFolderSettings } from "../settings/settings";
import { checkInput, type InputType, inputTypes } from "./program-input";

/** Options of a program's sandbox. */
export interface SandboxOptions {
  /** Folder of the migration files; default `sql/migrations` in the working folder. */
  readonly dir?: string | undefined;
  /** Name of the history table; default `migration_history`. */
  readonly table?: string | undefined;
  /** Path of an SQL file to run after the migrations, for rows that every test wants. Default: none. */
  readonly seed?: string | undefined;
  /** Which server to use; `no-local-server` when there is none. Default: the first one found. */
  readonly server?: "mysql" | "mariadb" | undefined;
  /**
   * Name of the database, for migrations that contain it; the sandbox then always has a server of its own. Default: a
   * unique name.
   */
  readonly database?: string | undefined;
  /** Called with each event while the migrations are applied, in order. Default: none. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Abort it to give up while it is being made: it then fails with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
}

/** A migrated database for a test of its own. `await using` closes it. */
export interface Sandbox extends AsyncDisposable {
  /** `mysql://root@127.0.0.1:PORT/DATABASE`, for drivers and `createMigrator`. */
  readonly url: string;
  /** The parts of the URL, for drivers that want those. The password is empty. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  readonly server: "mysql" | "mariadb";
  readonly serverVersion: string;
  /**
   * Gives every table the rows that it had after migrations and seed, and its AUTO_INCREMENT. Connections stay open. If
   * tables were created or dropped, the database is made anew, which takes longer. Rejects with `blocked` when a test
   * has left a transaction open.
   */
  reset(): Promise<void>;
  /** Removes the database, and the server if it is the sandbox's own; can be called repeatedly. */
  close(): Promise<void>;
}

const OPTIONS: Readonly<Record<keyof SandboxOptions, InputType>> = {
  dir: inputTypes.text,
  table: inputTypes.text,
  seed: inputTypes.text,
  server: {
    takes: '"mysql" or "mariadb"',
    accepts: (given) => given === "mysql" || given === "mariadb",
  },
  database: inputTypes.text,
  onEvent: inputTypes.callback,
  signal: inputTypes.signal,
};

/** @throws MigrateError `usage` for an option that does not exist or has the wrong type, and as `startSandbox` */
export async function makeSandbox(options: SandboxOptions, environment: Environment): Promise<Sandbox> {
  checkInput("createSandbox()", OPTIONS, options);
  const { dir, table, seed, server, database, onEvent, signal } = options;
  const folder = readFolderSettings({ dir: dir ?? null, table: table ?? null }, {});
  const running = await startSandbox({
    folder,
    database: database ?? null,
    family: server ?? null,
    seed: seed ?? null,
    resets: true,
    environment,
    run: {
      ...(onEvent === undefined ? {} : { emit: onEvent }),
      ...(signal === undefined ? {} : { signal }),
    },
  });
  return asSandbox(running);
}

function asSandbox(running: RunningSandbox): Sandbox {
  const { host, port, user, password, database } = running.database;
  let closed: Promise<void> | null = null;
  /** One reset at a time: nothing tells two tests apart that share a sandbox. */
  let last: Promise<void> = Promise.resolve();
  const close = (): Promise<void> => {
    closed ??= last.catch(() => {}).then(() => running.close());
    return closed;
  };
  return {
    url: running.url,
    connection: { host, port, user, password, database },
    server: running.family,
    serverVersion: running.version,
    reset() {
      if (closed !== null)
        return Promise.reject(new MigrateError("usage", "The sandbox is closed, so it cannot be reset."));
      last = last.catch(() => {}).then(() => running.reset());
      return last;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
