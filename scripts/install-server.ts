import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { ServerFamily } from "../src/scratch/server-programs";

/**
 * Runs install-server.sh, which unpacks a server of the family into the cache folder, where private servers find
 * it. Tells on stderr what it does. @throws one line when it fails
 */
export function installServer(family: ServerFamily): void {
  const script = join(__dirname, "install-server.sh");
  const installed = spawnSync(script, [family], { stdio: ["ignore", "ignore", "inherit"] });
  if (installed.status === 0) return;
  throw new Error(`there is no ${family} server, and none could be installed; see the line above`);
}
