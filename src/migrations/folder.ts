import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, resolve, sep } from "node:path";
import { MigrateError, type Problem } from "../errors";
import { type Direction, parseFilename } from "./names";
import { describeReadError } from "./text";

/** What a squash leaves in the folder until it is done. */
export const UNFINISHED_SQUASH = ".squash.json";

/** An entry of the folder that has a migration's name. */
export interface ListedFile {
  readonly fileName: string;
  readonly path: string;
  readonly version: number;
  readonly digits: string;
  readonly name: string;
  readonly direction: Direction;
  /** False for a folder, a pipe, a broken link and so on; the listing has a problem for each. */
  readonly openable: boolean;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  /** Names that misnamed files were probably meant to have, so that they are not reported as missing, too. */
  readonly suggested: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/**
 * Lists the migrations folder by name; subfolders are not entered.
 * @returns its migration files, with a problem for each near miss and for each entry that is not a readable file
 * @throws MigrateError `folder-missing`, or `unreadable` when the folder cannot be listed
 */
export function listFolder(dir: string): Listing {
  requireFolder(dir);
  const realDir = realpathSync(dir);
  const prefix = join(dir, sep);
  const files: ListedFile[] = [];
  const problems: Problem[] = [];

  function take(entry: Dirent): boolean {
    const parsed = parseFilename(entry.name);
    if (parsed.kind !== "migration") return false;
    const { version, digits, name, direction } = parsed;
    const path = prefix + entry.name;
    // Some file systems do not say what an entry is; then we look it up like a link.
    const problem = entry.isFile() ? null : judgeEntry(entry.name, path, realDir);
    if (problem !== null) problems.push(problem);
    files.push({ fileName: entry.name, path, version, digits, name, direction, openable: problem === null });
    return true;
  }

  const suggested = new Set<string>();
  const others = readFolder(dir).filter((entry) => !take(entry));
  if (others.some(({ name }) => name === UNFINISHED_SQUASH)) problems.push(UNFINISHED);
  for (const fileName of globSql(dir, others)) {
    const parsed = parseFilename(fileName);
    if (parsed.kind !== "near-miss") continue;
    if (parsed.suggestion !== null) suggested.add(parsed.suggestion);
    problems.push(nearMissProblem(fileName, parsed.why, parsed.suggestion));
  }
  return { files, suggested, problems };
}

/** Part of the files are old and part new: a database that is made of them is neither. */
const UNFINISHED: Problem = {
  code: "unfinished-squash",
  file: UNFINISHED_SQUASH,
  message: `A squash was interrupted in this folder (${UNFINISHED_SQUASH} is still there).`,
  hint: "Have it done; it goes on where it stopped:\n  npm run migrate:squash",
};

function readFolder(dir: string): readonly Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    throw unreadableFolder(dir, error);
  }
}

/**
 * Looks for SQL files (upper or lower case) among the entries that are not migrations. glob makes an object for each
 * entry, and with 20,000 of them takes seven times as long as listing the folder; so it sees only entries that are
 * plainly not migrations, and is loaded only when there are some.
 */
function globSql(dir: string, entries: readonly Dirent[]): readonly string[] {
  if (entries.length === 0) return [];
  // The one package that is not loaded at the start: with its dependencies it takes a tenth of a run that has nothing
  // to do.
  const { globSync } = require("glob") as typeof import("glob");
  const fs = { readdirSync: (): Dirent[] => [...entries] };
  return globSync("*.sql*", { cwd: dir, dot: true, nocase: true, fs });
}

function requireFolder(dir: string): void {
  const hint =
    "Make it, with an example pair in it:\n  npm run migrate:init\nor say where it is with --dir or MIGRATIONS_DIR.";
  // Shows people that they are in another folder than they think.
  const whole = isAbsolute(dir) ? "" : ` (${resolve(dir)})`;
  let isFolder: boolean;
  try {
    isFolder = statSync(dir).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw unreadableFolder(dir, error);
    throw new MigrateError("folder-missing", `The migrations folder ${dir}${whole} does not exist.`, {
      hint,
      cause: error,
    });
  }
  if (isFolder) return;
  throw new MigrateError("folder-missing", `The migrations folder ${dir}${whole} is not a folder.`, { hint });
}

function unreadableFolder(dir: string, cause: unknown): MigrateError {
  const message = `The migrations folder ${dir} cannot be read: ${describeReadError(cause)}.`;
  return new MigrateError("unreadable", message, { cause });
}

function nearMissProblem(fileName: string, why: string, suggestion: string | null): Problem {
  const shown = printable(fileName);
  return {
    code: "bad-name",
    file: fileName,
    message: `${shown} is not named like a migration: its name ${why}.`,
    hint:
      suggestion === null
        ? "Migrations are named NNNN_name.up.sql and NNNN_name.down.sql; other .sql files belong elsewhere."
        : `Rename ${shown} to ${suggestion}.`,
  };
}

/** A name can contain line breaks and terminal escapes; a message must not. */
function printable(fileName: string): string {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(fileName) ? JSON.stringify(fileName) : fileName;
}

/**
 * Judges an entry with a migration's name that is not plainly a file. A link must lead to a file inside the folder:
 * only what is reviewed there may run.
 * @param realDir the folder's path with links resolved
 * @returns what is wrong with it, or null when it can be opened
 */
export function judgeEntry(fileName: string, path: string, realDir: string): Problem | null {
  let target: string;
  let stats: Stats;
  try {
    target = realpathSync(path);
    stats = statSync(path);
  } catch (error) {
    return brokenEntry(fileName, error);
  }
  if (!stats.isFile()) return notAFile(fileName, stats.isDirectory());
  const inside = realDir.endsWith(sep) ? realDir : realDir + sep;
  if (target.startsWith(inside)) return null;
  return {
    code: "outside-folder",
    file: fileName,
    message: `${fileName} is a link to ${target}, outside the migrations folder.`,
    hint: `Put the file itself where the link is: what runs must be what is reviewed in the folder.`,
  };
}

/** The problem for a file that the system could not read. */
export function unreadableProblem(fileName: string, error: unknown): Problem {
  return {
    code: "unreadable",
    file: fileName,
    message: `${fileName} cannot be read: ${describeReadError(error)}.`,
    hint: null,
  };
}

function notAFile(fileName: string, isFolder: boolean): Problem {
  return {
    code: "not-a-file",
    file: fileName,
    message: `${fileName} is ${isFolder ? "a folder" : "neither a file nor a folder"}, but has a migration's name.`,
    hint: `Move ${fileName} elsewhere, or rename it.`,
  };
}

function brokenEntry(fileName: string, error: unknown): Problem {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") return unreadableProblem(fileName, error);
  return {
    code: "not-a-file",
    file: fileName,
    message: `${fileName} is a link to a file that does not exist.`,
    hint: `Restore the file that ${fileName} points to, or remove the link.`,
  };
}
