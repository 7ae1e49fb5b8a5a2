import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { installServer } from "../../scripts/install-server";
import { type PrivateServer, startPrivateServer } from "../../src/scratch/private-server";
import { findExecutable, type ServerFamily, serverCacheFolder } from "../../src/scratch/server-programs";

/** The servers of one test run and how its test files find them. */
export interface TestRunServers {
  /** TEST_MYSQL_URL, TEST_MARIADB_URL, and for each family …_SOCKET (when started here) and …_CLIENT. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * One MySQL and one MariaDB: those that TEST_MYSQL_URL and TEST_MARIADB_URL name, else private ones, whose
 * programs are unpacked into the cache folder when the machine has none.
 * @throws MigrateError `no-local-server`, or one line from the installer
 */
export async function startTestServers(): Promise<TestRunServers> {
  const environment: Record<string, string> = {};
  const started: PrivateServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.allSettled(started.map((server) => server.stop()));
  };
  try {
    for (const family of ["mysql", "mariadb"] as const) {
      const prefix = `TEST_${family.toUpperCase()}`;
      if (!process.env[`${prefix}_URL`]) {
        const server = await startPrivateServer({
          family,
          environment: process.env,
          install: async () => installServer(family),
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

/** MySQL's client for MySQL and MariaDB's for MariaDB: each lacks the other's newest authentication. */
export async function findOrInstallClient(family: ServerFamily): Promise<string> {
  const found = await findClient(family);
  if (found !== null) return found;
  const missing = `some tests need ${family}'s command-line client: install it, or set TEST_${family.toUpperCase()}_CLIENT`;
  try {
    installServer(family);
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
