import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "./measure";
import type { Bench } from "./work";

const LIMITS = join(__dirname, "limits");

/** The built program's `up` on a folder and a database. */
export function oursUp(bench: Bench, folder: string, url: string): Command {
  return {
    program: process.execPath,
    args: [bench.bin, "up", "--allow-existing", "--dir", folder],
    environment: { DATABASE_URL: url },
    cwd: folder,
  };
}

/**
 * A verb of the built program that needs throwaway databases, on such beside the target.
 * @param exitCode that it ends with; 1: it finds something
 */
export function oursOnScratch(
  bench: Bench,
  verb: "verify" | "check" | "dump",
  [folder, url]: readonly [folder: string, url: string],
  exitCode: number,
): Command {
  return {
    program: process.execPath,
    args: [bench.bin, verb, "--dir", folder],
    environment: { DATABASE_URL: url, SCRATCH_DATABASE_URL: bench.server.url },
    cwd: folder,
    exitCode,
  };
}

/**
 * mysqldump, which comes with MySQL's own client, without rows.
 * @returns null where it is not beside the client
 */
export function dumpProgram({ server, client }: Bench, database: string): Command | null {
  const program = join(dirname(client), "root/usr/bin/mysqldump");
  if (server.family !== "mysql" || !existsSync(program)) return null;
  const where = [`--host=${server.host}`, `--port=${server.port}`, "--user=root", "--ssl-mode=DISABLED"];
  return { program, args: ["--no-defaults", ...where, "--no-data", database] };
}

/** One of the programs in limits/ on a folder and a database. */
export function limitProgram(name: "no-op" | "creates", folder: string, url: string): Command {
  return {
    program: process.execPath,
    args: [join(LIMITS, `${name}.cjs`), folder],
    environment: { DATABASE_URL: url },
  };
}

/** The built program's `report`, with what is pending and drift worked out on the same server. */
export function oursReport(bench: Bench, folder: string, url: string): Command {
  return {
    program: process.execPath,
    args: [bench.bin, "report", "--dir", folder, "--out", "report.html"],
    environment: { DATABASE_URL: url, SCRATCH_DATABASE_URL: bench.server.url },
    cwd: folder,
  };
}

/** The family's own client, fed a file; over TCP and without TLS, as the others connect. */
export function clientFed({ server, client }: Bench, database: string, input: string): Command {
  const plain = server.family === "mysql" ? "--ssl-mode=DISABLED" : "--skip-ssl";
  return {
    program: client,
    args: [
      "--no-defaults",
      "--protocol=TCP",
      `--host=${server.host}`,
      `--port=${server.port}`,
      "--user=root",
      plain,
      "--default-character-set=utf8mb4",
      database,
    ],
    input,
  };
}
