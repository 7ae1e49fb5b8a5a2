import type { Problem } from "../errors";
import { type Direction, formatVersion } from "./names";

/** What pairing needs to know about a file. */
export interface NamedFile {
  readonly fileName: string;
  readonly version: number;
  readonly name: string;
  readonly direction: Direction;
}

/** The files of one migration. */
export interface Pair<File extends NamedFile> {
  readonly up: File | null;
  readonly down: File | null;
}

export interface Pairing<File extends NamedFile> {
  /** When there are problems, none of these can be relied on. */
  readonly pairs: readonly Pair<File>[];
  readonly problems: readonly Problem[];
}

/**
 * Puts each up file beside its down file, by version.
 * @param suggested names that misnamed files were meant to have; none of them is reported as missing
 * @param isIrreversible whether an up file says that it cannot be reverted; null when it could not be read
 * @returns the pairs by rising version, with every problem
 */
export function pairFiles<File extends NamedFile>(
  files: readonly File[],
  suggested: ReadonlySet<string>,
  isIrreversible: (up: File) => boolean | null,
): Pairing<File> {
  const problems: Problem[] = [];
  const pairs: Pair<File>[] = [];
  for (const sameVersion of groupByVersion(files)) {
    const up = sameVersion.find((file) => file.direction === "up") ?? null;
    const down = sameVersion.find((file) => file.direction === "down") ?? null;
    const duplicate = judgeDuplicates(sameVersion);
    const problem = duplicate ?? judgePair(up, down, suggested, isIrreversible);
    if (problem !== null) problems.push(problem);
    pairs.push({ up, down });
  }
  return { pairs, problems };
}

/**
 * Does the same for a folder after two branches met: pairs may share a version, and each is judged by itself.
 * @returns the pairs by rising version and, within one, by name
 */
export function pairFilesByName<File extends NamedFile>(
  files: readonly File[],
  suggested: ReadonlySet<string>,
  isIrreversible: (up: File) => boolean | null,
): Pairing<File> {
  const stems = new Map<string, File[]>();
  for (const file of files) {
    const stem = stemOf(file);
    const group = stems.get(stem);
    if (group === undefined) stems.set(stem, [file]);
    else group.push(file);
  }
  const sorted = [...stems].sort(([a, [x]], [b, [y]]) => versionOf(x) - versionOf(y) || (a < b ? -1 : 1));
  const judged = sorted.map(([, group]) => pairFiles(group, suggested, isIrreversible));
  return {
    pairs: judged.flatMap(({ pairs }) => pairs),
    problems: judged.flatMap(({ problems }) => problems),
  };
}

function groupByVersion<File extends NamedFile>(files: readonly File[]): readonly (readonly File[])[] {
  const groups = new Map<number, File[]>();
  for (const file of files) {
    const group = groups.get(file.version);
    if (group === undefined) groups.set(file.version, [file]);
    else group.push(file);
  }
  // Sorted as plain numbers, without a call for each comparison: a folder is listed in no particular order.
  return Array.from(Float64Array.from(groups.keys()).sort(), (version) => groups.get(version) ?? []);
}

/** What a pair's file names begin with: the version as written, with its zeros, and the name. */
function stemOf({ fileName, direction }: NamedFile): string {
  return fileName.slice(0, -ENDING_LENGTH[direction]);
}

const ENDING_LENGTH: Readonly<Record<Direction, number>> = { up: ".up.sql".length, down: ".down.sql".length };

function versionOf(file: NamedFile | undefined): number {
  return file?.version ?? 0;
}

/** Several names, or several widths, under one version. */
function judgeDuplicates(sameVersion: readonly NamedFile[]): Problem | null {
  const first = sameVersion[0];
  if (first === undefined) return null;
  const stem = stemOf(first);
  if (sameVersion.every((file) => file === first || stemOf(file) === stem)) return null;
  const names = sameVersion.map((file) => file.fileName).sort();
  const version = formatVersion(first.version);
  const [up, down] = [...sameVersion].sort(
    (a, b) => (a.direction === "up" ? -1 : 1) - (b.direction === "up" ? -1 : 1),
  );
  const isSplitPair = sameVersion.length === 2 && up?.direction === "up" && down?.direction === "down";
  return {
    code: "duplicate-version",
    file: names.at(-1) ?? null,
    message: isSplitPair
      ? `${up.fileName} and ${down.fileName} have the version ${version}, but are not named alike.`
      : `${names.length} files have the version ${version}: ${names.join(", ")}.`,
    hint: isSplitPair
      ? `Rename one of them; a pair differs in ".up" and ".down" only.`
      : `Two branches took one number. See who is applied, and give the other a number of its own:\n  npm run migrate:branches\n  npm run migrate:merge`,
  };
}

function judgePair<File extends NamedFile>(
  up: File | null,
  down: File | null,
  suggested: ReadonlySet<string>,
  isIrreversible: (up: File) => boolean | null,
): Problem | null {
  if (up === null) return down === null ? null : missingUp(down, suggested);
  const irreversible = isIrreversible(up);
  if (down === null) return irreversible === false ? missingDown(up, suggested) : null;
  if (irreversible !== true) return null;
  return {
    code: "irreversible",
    file: down.fileName,
    message: `${up.fileName} says "-- migrate: irreversible", but ${down.fileName} is beside it.`,
    hint: `Remove that line from ${up.fileName}, or remove ${down.fileName}.`,
  };
}

function missingUp(down: NamedFile, suggested: ReadonlySet<string>): Problem | null {
  const wanted = `${stemOf(down)}.up.sql`;
  if (suggested.has(wanted)) return null;
  return {
    code: "missing-up",
    file: down.fileName,
    message: `${down.fileName} has no ${wanted} beside it.`,
    hint: `Restore ${wanted}, or remove ${down.fileName}.`,
  };
}

function missingDown(up: NamedFile, suggested: ReadonlySet<string>): Problem | null {
  const wanted = `${stemOf(up)}.down.sql`;
  if (suggested.has(wanted)) return null;
  return {
    code: "missing-down",
    file: up.fileName,
    message: `${up.fileName} has no ${wanted} beside it.`,
    hint:
      `Write ${wanted}; or, if nothing can take ${up.fileName} back, say so above its first statement:\n` +
      "  -- migrate: irreversible",
  };
}
