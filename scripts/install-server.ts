import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * Runs install-server.sh, which unpacks a server into the folder of its name in the cache, where private servers find a
 * family's. Tells on stderr what it does.
 * @param name what the script takes: `mysql`, `mariadb`, `mariadb-11.8`
 * @throws one line when it fails
 */
export function installServer(name: string): void {
  const script = join(__dirname, "install-server.sh");
  const installed = spawnSync(script, [name], { stdio: ["ignore", "ignore", "inherit"] });
  if (installed.status === 0) return;
  throw new Error(`there is no ${name} server, and none could be installed; see the line above`);
}
