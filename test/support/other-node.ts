import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The newest of each line; npm has their programs as packages. */
const RELEASES = { 14: "14.21.3", 16: "16.20.2", 18: "18.20.8", 20: "20.20.2", 22: "22.23.3", 24: "24.21.0" };

/** A line of Node's releases. */
export type NodeLine = keyof typeof RELEASES;

/**
 * Another Node, fetched from npm into the cache where the tests' servers are, unless it is there.
 * @returns the path of the program
 * @throws when npm cannot fetch it, in npm's words
 */
export function otherNode(line: NodeLine): string {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mysql-updown");
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cache, `node-${RELEASES[line]}`);
  const program = join(folder, "node_modules", name, "bin/node");
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const fetched = mkdtempSync(join(cache, ".node-"));
  try {
    writeFileSync(join(fetched, "package.json"), "{}");
    const wanted = `${name}@${RELEASES[line]}`;
    execFileSync("npm", ["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", wanted], {
      cwd: fetched,
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
    });
    // Another test may have been quicker.
    if (!existsSync(program)) renameSync(fetched, folder);
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
  return program;
}
