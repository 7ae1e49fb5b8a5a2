import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { findTool } from "../../src/online/find-tool";
import { serverCacheFolder } from "../../src/scratch/server-programs";

/** A pt-online-schema-change that tells when it is run. */
export interface WatchedTool {
  /** With the tool in front. */
  readonly path: string;
  /** How it was called so far, a line for each time. */
  calls(): readonly string[];
  /** What it found in its environment the last time. */
  environment(): string;
  /** Its process id; null: it was not run yet. */
  pid(): number | null;
}

/** What install-server.sh unpacks: 3.7 and 3.2. */
export type Release = "percona-toolkit" | "percona-toolkit-3.2";

/** Gives the body the tool, which is unpacked into the cache where it is not there yet. */
export async function withWatchedTool<T>(
  release: Release,
  body: (tool: WatchedTool) => Promise<T>,
): Promise<T> {
  const program = await installTool(release);
  const folder = mkdtempSync(join(tmpdir(), "mysql-updown-tool-"));
  const file = (name: string): string => join(folder, name);
  const script = `#!/bin/sh
tr '\\0' '\\n' </proc/$$/environ >'${file("environment")}'
echo "$@" | tr '\\n' ' ' >>'${file("calls")}'
echo >>'${file("calls")}'
echo $$ >'${file("pid")}'
exec '${program}' "$@"
`;
  const name = "pt-online-schema-change";
  writeFileSync(file(name), script);
  chmodSync(file(name), 0o755);
  const read = (which: string): string => {
    try {
      return readFileSync(file(which), "utf8");
    } catch {
      return ""; // not run yet
    }
  };
  try {
    return await body({
      path: `${folder}${delimiter}${process.env.PATH ?? ""}`,
      calls: () =>
        read("calls")
          .split("\n")
          .filter((line) => line !== ""),
      environment: () => read("environment"),
      pid: () => Number(read("pid")) || null,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns the path of its pt-online-schema-change */
async function installTool(release: Release): Promise<string> {
  const folder = join(serverCacheFolder(process.env) ?? "", release);
  const found = await findTool("pt-online-schema-change", { PATH: folder });
  if (found !== null) return found;
  const script = join(__dirname, "../../scripts/install-server.sh");
  const installed = spawnSync(script, [release], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (installed.status === 0) return installed.stdout.trim();
  throw new Error(`there is no ${release}, and none could be installed; see the line above`);
}
