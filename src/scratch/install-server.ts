import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { MigrateError } from "../errors";
import { packagePath } from "../version";
import type { Environment } from "./server-programs";

const SCRIPT = "scripts/install-server.sh";

/** The command that unpacks a server, as a user of this package types it. */
export function installerCommand(name: string): string {
  const path = packagePath(SCRIPT);
  const installed = /[\\/](node_modules[\\/]mysql-updown[\\/].*)$/.exec(path)?.[1];
  return `${installed ?? SCRIPT} ${name}`;
}

/**
 * Runs install-server.sh, which unpacks a server into a folder with its name in the cache, where private servers find
 * it.
 * @param name the script's argument: `mysql`, `mariadb`, `mariadb-11.8`
 * @param environment for PATH, HOME, XDG_CACHE_HOME and what access to the packages needs
 * @param say called with each line of the script's output
 * @throws MigrateError `no-local-server` with its last line when it fails
 */
export async function installServer(
  name: string,
  environment: Environment,
  say: (line: string) => void,
): Promise<void> {
  const child = spawn(packagePath(SCRIPT), [name], {
    env: { ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let last = "it says nothing";
  const lines = createInterface({ input: child.stderr });
  lines.on("line", (line) => {
    last = line.replace(/^install-server: /, "");
    say(line);
  });
  const [status] = await Promise.all([
    once(child, "exit").then(
      ([code]) => code as number | null,
      (error: Error) => {
        last = error.message;
        return null;
      },
    ),
    once(lines, "close"),
  ]);
  if (status === 0) return;
  throw new MigrateError(
    "no-local-server",
    `There is no ${name} server, and none could be installed: ${last}`,
    {
      hint: "Install one of them yourself (macOS: brew install mariadb), and try it again.",
    },
  );
}
