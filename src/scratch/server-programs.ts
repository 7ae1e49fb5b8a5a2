import { execFile } from "node:child_process";
import { access, constants, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { ServerInfo } from "../server/session";

export type ServerFamily = ServerInfo["family"];

/** Environment variables as `process.env` has them; passed on from above, since only cli/ reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A database server program found on this machine. */
export interface ServerProgram {
  readonly family: ServerFamily;
  /** The version it prints, for example `9.7.4-2` or `10.11.18-MariaDB-0+deb12u1`. */
  readonly version: string;
  readonly path: string;
}

/** Where packages put servers that are not on an ordinary user's PATH. */
export const SYSTEM_FOLDERS: readonly string[] = [
  "/usr/sbin",
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/libexec",
  "/usr/local/mysql/bin",
  "/opt/homebrew/opt/mysql/bin",
  "/opt/homebrew/opt/mariadb/bin",
];

/** The folder for unpacked servers and templates of data folders; null when there is no home. */
export function serverCacheFolder(environment: Environment): string | null {
  const cache = environment.XDG_CACHE_HOME || (environment.HOME && join(environment.HOME, ".cache"));
  return cache ? join(cache, "mysql-updown") : null;
}

/**
 * Finds a server program of a family (null: of either), first on the PATH, then where systems keep servers, then among
 * the unpacked ones of `scripts/install-server.sh`. Returns null when there is none that this tool supports.
 */
export async function findServerProgram(
  family: ServerFamily | null,
  environment: Environment,
  systemFolders: readonly string[] = SYSTEM_FOLDERS,
): Promise<ServerProgram | null> {
  const seen = new Set<string>();
  for (const folder of programFolders(environment, systemFolders)) {
    for (const name of ["mariadbd", "mysqld"]) {
      const path = join(folder, name);
      if (!(await isExecutable(path))) continue;
      const real = await realpath(path);
      if (seen.has(real)) continue;
      seen.add(real);
      const program = await identify(path);
      if (program !== null && (family === null || program.family === family)) return program;
    }
  }
  return null;
}

/** Finds an executable in the folders where servers may be; returns its path or null. */
export async function findExecutable(
  names: readonly string[],
  firstFolders: readonly string[],
  environment: Environment,
): Promise<string | null> {
  for (const folder of [...firstFolders, ...programFolders(environment, SYSTEM_FOLDERS)]) {
    for (const name of names) {
      if (await isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  return null;
}

function programFolders(environment: Environment, systemFolders: readonly string[]): readonly string[] {
  const onPath = (environment.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
  const cache = serverCacheFolder(environment);
  const unpacked = cache === null ? [] : [join(cache, "mysql"), join(cache, "mariadb")];
  return [...onPath, ...systemFolders, ...unpacked];
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** What the program says it is: `mysqld` is MariaDB's name for a link to its own server on many systems. */
async function identify(path: string): Promise<ServerProgram | null> {
  const printed = await promisify(execFile)(path, ["--no-defaults", "--version"], { timeout: 20_000 }).then(
    ({ stdout }) => stdout,
    () => "", // does not run here, so it is as good as absent
  );
  const version = /\bVer ((\d+)\.(\d+)\.\S+)/.exec(printed);
  if (version === null) return null;
  const [, text = "", major = "", minor = ""] = version;
  const family = printed.includes("MariaDB") ? "mariadb" : "mysql";
  const [oldestMajor, oldestMinor] = family === "mariadb" ? [10, 6] : [8, 0];
  const supported =
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  return supported ? { family, version: text, path } : null;
}
