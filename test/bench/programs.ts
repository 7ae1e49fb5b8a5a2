import { join } from "node:path";
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

/** The built program's `verify`, on throwaway databases beside the target; it finds something. */
export function oursVerify(bench: Bench, folder: string, url: string): Command {
  return {
    program: process.execPath,
    args: [bench.bin, "verify", "--dir", folder],
    environment: { DATABASE_URL: url, SCRATCH_DATABASE_URL: bench.server.url },
    cwd: folder,
    exitCode: 1,
  };
}

/** One of the programs in limits/ on a folder and a database. */
export function limitProgram(name: "no-op" | "creates", folder: string, url: string): Command {
  return {
    program: process.execPath,
    args: [join(LIMITS, `${name}.cjs`), folder],
    environment: { DATABASE_URL: url },
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
