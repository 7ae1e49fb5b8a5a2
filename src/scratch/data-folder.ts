import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { cp, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MigrateError } from "../errors";
import { type Environment, findExecutable, type ServerProgram, serverCacheFolder } from "./server-programs";
import type { Watchdog } from "./watchdog";

/** MariaDB allocates its log at once; the running server must ask for the same size or it makes a new one. */
export const MARIADB_LOG_SIZE = ["--innodb-log-file-size=32M"];

/** The option that root needs to run a server as root, and that others must not use. */
export function userArguments(): readonly string[] {
  return process.getuid?.() === 0 ? ["--user=root"] : [];
}

/**
 * Fills `data` with a new server's system tables, where root has no password. Initialising takes seconds, so the
 * result is kept in the cache folder, by version, and copied from there the next time.
 * @param log the file to which the initialising program writes
 * @param more further server options for making the data
 * @throws MigrateError `no-local-server` when the server cannot be initialised
 */
export async function createDataFolder(
  program: ServerProgram,
  data: string,
  log: string,
  watchdog: Watchdog,
  environment: Environment,
  more: readonly string[] = [],
): Promise<void> {
  const [command, own] = await initialiseCommand(program, data, environment);
  const args = [...own, ...more];
  const template = templateFolder(program, args, data, environment);
  if (template !== null && (await copyTemplate(template, data))) return;

  const initialising = await watchdog.start(command, args, log);
  const ending = await initialising.exited();
  if (ending !== "exit code 0") {
    throw new MigrateError("no-local-server", `${command} could not initialise a data folder (${ending})`, {
      hint: await logTail(log),
    });
  }
  if (template !== null) await saveTemplate(data, template);
}

/** The last lines of a server's log, for an error's hint; empty when there is no log. */
export async function logTail(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-12).join("\n");
}

async function initialiseCommand(
  program: ServerProgram,
  data: string,
  environment: Environment,
): Promise<readonly [string, readonly string[]]> {
  if (program.family === "mysql") {
    // A small redo log keeps the template small; "loose" because releases before 8.0.30 do not know it.
    const small = "--loose-innodb-redo-log-capacity=8M";
    return [
      program.path,
      ["--no-defaults", "--initialize-insecure", `--datadir=${data}`, small, ...userArguments()],
    ];
  }
  const folder = dirname(program.path);
  const beside = [folder, join(folder, "../bin"), join(folder, "../scripts")];
  const installer = await findExecutable(["mariadb-install-db", "mysql_install_db"], beside, environment);
  if (installer === null) {
    throw new MigrateError("no-local-server", `${program.path} has no mariadb-install-db beside it`, {
      hint: "Install the rest of MariaDB's server package.",
    });
  }
  return [
    installer,
    [
      "--no-defaults",
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      `--datadir=${data}`,
      ...MARIADB_LOG_SIZE,
      ...userArguments(),
    ],
  ];
}

function templateFolder(
  program: ServerProgram,
  args: readonly string[],
  data: string,
  environment: Environment,
): string | null {
  const cache = serverCacheFolder(environment);
  if (cache === null) return null;
  const recipe = [program.family, program.version, ...args.map((arg) => arg.replace(data, ""))];
  const key = createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 16);
  return join(cache, "data", `${program.family}-${key}`);
}

async function copyTemplate(template: string, data: string): Promise<boolean> {
  const found = await stat(template).catch(() => null);
  if (found === null) return false;
  await cp(template, data, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return true;
}

/** Keeps a copy for next time. Everything works without it, so failures (no space, no permission) are ignored. */
async function saveTemplate(data: string, template: string): Promise<void> {
  const partial = `${template}.partial.${process.pid}`;
  try {
    await mkdir(dirname(template), { recursive: true, mode: 0o700 });
    await cp(data, partial, { recursive: true, mode: constants.COPYFILE_FICLONE });
    // Each MySQL server makes its own identity when it finds none.
    await rm(join(partial, "auto.cnf"), { force: true });
    await rename(partial, template);
  } catch {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
  }
}
