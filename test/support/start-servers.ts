import { execFileSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { type PrivateServer, startPrivateServer } from "../../src/scratch/private-server";
import { findExecutable, type ServerFamily, serverCacheFolder } from "../../src/scratch/server-programs";
import { installForTests } from "./installed";

/**
 * What `npm test -- --server=` takes: a family, as it is found on the machine, or a release that install-server.sh unpacks
 * beside it.
 */
export const SERVER_CHOICES = ["mysql", "mariadb", "mariadb-11.8"] as const;
export type ServerChoice = (typeof SERVER_CHOICES)[number];

/** The servers of one test run and how its test files find them. */
export interface TestRunServers {
  /** TEST_MYSQL_URL, TEST_MARIADB_URL, and for each family …_SOCKET (when started here) and …_CLIENT. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * One MySQL and one MariaDB: those that TEST_MYSQL_URL and TEST_MARIADB_URL name, else private ones, whose
 * programs are unpacked into the cache folder when the machine has none.
 * @param only starts this one alone
 * @throws MigrateError `no-local-server`, or one line from the installer
 */
export async function startTestServers(only: ServerChoice | null = null): Promise<TestRunServers> {
  const environment: Record<string, string> = {};
  const families = only === null ? (["mysql", "mariadb"] as const) : [await prepareOnly(only, environment)];
  const started: PrivateServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.allSettled(started.map((server) => server.stop()));
  };
  try {
    for (const family of families) {
      const prefix = `TEST_${family.toUpperCase()}`;
      if (!process.env[`${prefix}_URL`]) {
        const server = await startPrivateServer({
          family,
          environment: process.env,
          // Whoever waits for a row that a test has locked is refused it after five seconds instead of fifty.
          serverArguments: ["--innodb-lock-wait-timeout=5"],
          install: () => installForTests(family),
        });
        started.push(server);
        environment[`${prefix}_URL`] = server.url;
        environment[`${prefix}_SOCKET`] = server.socket;
      }
      environment[`${prefix}_CLIENT`] =
        process.env[`${prefix}_CLIENT`] ?? (await findOrInstallClient(family));
    }
    return { environment, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A release comes first on the PATH, so that the private servers of tests are of it, too, and a server of another release
 * that the environment names is not taken for it.
 * @returns its family, which forEachServer is told as well
 */
async function prepareOnly(only: ServerChoice, environment: Record<string, string>): Promise<ServerFamily> {
  const family = only === "mysql" ? "mysql" : "mariadb";
  environment.TEST_FAMILY = family;
  if (only === family) return family;
  await installForTests(only);
  for (const what of ["URL", "SOCKET", "CLIENT"]) delete process.env[`TEST_${family.toUpperCase()}_${what}`];
  const folder = join(serverCacheFolder(process.env) ?? "", only);
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ""}`;
  return family;
}

/** MySQL's client for MySQL and MariaDB's for MariaDB: each lacks the other's newest authentication. */
export async function findOrInstallClient(family: ServerFamily): Promise<string> {
  const found = await findClient(family);
  if (found !== null) return found;
  const missing = `some tests need ${family}'s command-line client: install it, or set TEST_${family.toUpperCase()}_CLIENT`;
  try {
    await installForTests(family);
  } catch (error) {
    throw new Error(missing, { cause: error });
  }
  const installed = await findClient(family);
  if (installed === null) throw new Error(missing);
  return installed;
}

async function findClient(family: ServerFamily): Promise<string | null> {
  const cache = serverCacheFolder(process.env);
  const own = cache === null ? [] : [join(cache, family)];
  const names = family === "mariadb" ? ["mariadb", "mysql"] : ["mysql"];
  for (const folders of [[], own]) {
    const path = await findExecutable(names, folders, process.env);
    if (path !== null && isClientOf(family, path)) return path;
  }
  return null;
}

function isClientOf(family: ServerFamily, path: string): boolean {
  try {
    const printed = execFileSync(path, ["--no-defaults", "--version"], { encoding: "utf8" });
    return printed.includes("MariaDB") === (family === "mariadb");
  } catch {
    return false;
  }
}
