import { execFileSync } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { MigrateError } from "../errors";
import type { Migration } from "./read-migrations";
import { describeReadError } from "./text";

/** A file of the folder, with its name now and afterwards. */
export interface FileRename {
  readonly from: string;
  readonly to: string;
}

/** The renames that give a pair another version. @param digits the version with its leading zeros */
export function renamesFor(migration: Migration, digits: string): readonly FileRename[] {
  return [migration.up, migration.down]
    .filter((file) => file !== null)
    .map(({ fileName, name, direction }) => ({ from: fileName, to: `${digits}_${name}.${direction}.sql` }));
}

/**
 * Renames files within the folder. For files that git knows it uses `git mv`, so that their history follows them.
 * @returns whether git was used
 * @throws MigrateError `unwritable`, `duplicate-version`; then every file has its old name
 */
export function renameFiles(dir: string, renames: readonly FileRename[]): { readonly git: boolean } {
  const done: (FileRename & { readonly git: boolean })[] = [];
  try {
    for (const rename of renames) {
      const git = isTracked(dir, rename.from);
      move(dir, rename, git);
      done.push({ ...rename, git });
    }
  } catch (error) {
    for (const { from, to, git } of done.reverse()) move(dir, { from: to, to: from }, git);
    throw error;
  }
  return { git: done.some(({ git }) => git) };
}

/** No git, no repository, or one that git does not trust: then git does not know the file. */
function isTracked(dir: string, fileName: string): boolean {
  try {
    execFileSync("git", ["ls-files", "--error-unmatch", "--", fileName], { cwd: dir, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function move(dir: string, { from, to }: FileRename, git: boolean): void {
  // rename(2) would silently overwrite another file.
  if (existsSync(join(dir, to))) {
    throw new MigrateError("duplicate-version", `${to} exists already; nothing was renamed.`);
  }
  try {
    if (git) execFileSync("git", ["mv", "--", from, to], { cwd: dir, stdio: "pipe" });
    else renameSync(join(dir, from), join(dir, to));
  } catch (error) {
    const words = git ? String((error as { stderr?: unknown }).stderr ?? error) : describeReadError(error);
    throw new MigrateError("unwritable", `${from} cannot be renamed to ${to}: ${words.trim()}.`, {
      cause: error,
    });
  }
}
