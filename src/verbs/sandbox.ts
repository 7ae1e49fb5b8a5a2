import { RefusedError } from "../errors";
import { type RunningSandbox, SERVER_VARIABLE, serverEnded, startSandbox } from "../scratch/sandbox";
import type { ServerFamily } from "../scratch/server-programs";
import { variables } from "../settings/environment";
import { nameElsewhere } from "../settings/spelling";
import { commandLine, type Format, flag, type OptionTable, text, value } from "./options";
import { type CommandEnd, type Context, defineCommand } from "./verb";

/** A sandbox, as printed. */
export interface SandboxResult {
  readonly url: string;
  readonly server: ServerFamily;
  readonly serverVersion: string;
  /** The version of its database. */
  readonly current: number | null;
  /** How the command ended; null: there was none, or it is still running. */
  readonly command: CommandEnd | null;
}

const FAMILIES: readonly ServerFamily[] = ["mysql", "mariadb"];

const family: Format<ServerFamily> = {
  takes: "mysql or mariadb",
  choices: FAMILIES,
  read: (given) => FAMILIES.find((each) => each === given) ?? null,
};

const DEFAULT_DATABASE = "sandbox";

/** Runs a command, such as a test suite, against a private server with all migrations applied. */
export const sandbox = defineCommand({
  name: "sandbox",
  summary: "Run a command, such as your tests, against a fresh and migrated private server",
  details: [
    "The command gets DATABASE_URL (and MYSQL_HOST and the like) for a server that is started for it and gone afterwards;",
    "its exit code is passed on. Without a command the server stays until Ctrl-C. A MySQL or MariaDB has to be on this",
    "machine; where there is none, a MariaDB is fetched once (Debian's, into ~/.cache). No other database is touched.",
  ],
  options: {
    seed: value("FILE", text, "SQL to run behind the migrations: rows that every test wants"),
    keep: flag("Leave the server running after the command, until Ctrl-C, to look into it"),
    server: value("FAMILY", family, "mysql or mariadb; default whichever is found first"),
    command: commandLine("COMMAND", "What to run, with its own options; put -- before it"),
  },
  examples: ["sandbox -- npm test", "sandbox --seed sql/seed.sql -- npx vitest run", "sandbox"],
  stays: true,
  run: async (context): Promise<SandboxResult> => {
    const { seed, keep, server, command } = context.options;
    const program = command[0] === undefined ? null : context.findCommand(command[0]);
    const running = await startSandbox({
      folder: context.folder(),
      database: databaseName(context),
      family: server,
      seed,
      environment: context.scratch().environment,
      run: {
        emit: (event) => context.emit(event),
        signal: context.signal,
        killSignal: context.killSignal,
        ...(context.progressMs === null ? {} : { progressMs: context.progressMs }),
      },
    });
    try {
      const result = describe(running, null);
      if (program === null) {
        context.print(result);
        await untilStopped(running, context.signal);
        return result;
      }
      warnOfOthers(context);
      const end = await context.runCommand(command, environmentFor(running));
      const ended = describe(running, end);
      if (keep && !context.signal.aborted) {
        context.print(ended);
        await untilStopped(running, context.signal);
      }
      return ended;
    } finally {
      await running.close();
    }
  },
  render: ({ url, server, serverVersion, command }, layout) => [
    ...(command === null ? [] : [`The command ended with ${command.signal ?? `exit code ${command.code}`}.`]),
    `${server === "mysql" ? "MySQL" : "MariaDB"} ${serverVersion}, until Ctrl-C: ${layout.paint("bold", url)}`,
  ],
  exitCode: ({ command }) => command?.signal ?? command?.code ?? 0,
});

/** Migrations can contain the name of their database, so we use the configured one if there is one. */
function databaseName(context: Context<OptionTable>): string {
  try {
    return context.settings().database.database;
  } catch (error) {
    if (error instanceof RefusedError) return DEFAULT_DATABASE;
    throw error;
  }
}

function describe(running: RunningSandbox, command: CommandEnd | null): SandboxResult {
  const { url, family: server, version: serverVersion, current } = running;
  return { url, server, serverVersion, current, command };
}

/** The environment for the command, in place of what its own environment or `.env` may say about a database. */
function environmentFor({
  url,
  serverUrl,
  database,
}: RunningSandbox): Readonly<Record<string, string | null>> {
  const files = Object.values(variables).map((name) => [`${name}_FILE`, null] as const);
  return {
    ...Object.fromEntries(files),
    [SERVER_VARIABLE]: serverUrl,
    [variables.url]: url,
    [variables.host]: database.host,
    [variables.port]: String(database.port),
    [variables.socket]: null,
    [variables.user]: database.user,
    [variables.password]: database.password,
    [variables.database]: database.database,
  };
}

/** Warns because a test suite that reads another variable would empty the tables of another database. */
function warnOfOthers(context: Context<OptionTable>): void {
  const found = nameElsewhere(context.scratch().environment).trim();
  if (found === "") return;
  const message = `${found} The command gets DATABASE_URL and MYSQL_HOST, MYSQL_PORT and so on; what else it reads still leads elsewhere.`;
  context.emit({ event: "warning", message });
}

/** @throws MigrateError `no-local-server` when the server ends first */
async function untilStopped(running: RunningSandbox, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const stopped = new Promise<null>((resolve) => {
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  const how = await Promise.race([running.ended(), stopped]);
  if (how !== null) throw serverEnded(how);
}
