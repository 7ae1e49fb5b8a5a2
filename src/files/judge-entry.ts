import { realpathSync, type Stats, statSync } from "node:fs";
import { sep } from "node:path";
import type { Problem } from "../errors";
import { describeReadError } from "./describe-read-error";

/**
 * Judges an entry with a migration's name that is not plainly a file. A link is followed and must end at a file
 * inside the folder: what runs must be what is reviewed there.
 * @param realDir the folder without links
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

/** A problem with a file that the system would not read. */
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
