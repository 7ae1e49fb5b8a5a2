import type { Problem } from "../errors";
import { type Direction, formatVersion } from "./filename";

/** What pairing needs to know of a file. */
export interface NamedFile {
  readonly fileName: string;
  readonly version: number;
  readonly digits: string;
  readonly name: string;
  readonly direction: Direction;
}

export interface Pairing {
  readonly up: NamedFile | null;
  readonly down: NamedFile | null;
}

/**
 * Puts each up file beside its down file, by version.
 * @param suggested names that misnamed files were meant to have; none of them is reported as missing
 * @param isIrreversible whether an up file declares that it cannot be reverted; null when it could not be read
 * @returns the pairs by rising version, of which none is whole where there is a problem
 */
export function pairFiles(
  files: readonly NamedFile[],
  suggested: ReadonlySet<string>,
  isIrreversible: (up: NamedFile) => boolean | null,
): { readonly pairs: readonly Pairing[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const pairs: Pairing[] = [];
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
 * Does the same for a folder in which two branches met: pairs may share a version, and each is judged by itself.
 * @returns the pairs by rising version and, within one, by name
 */
export function pairFilesByName(
  files: readonly NamedFile[],
  suggested: ReadonlySet<string>,
  isIrreversible: (up: NamedFile) => boolean | null,
): { readonly pairs: readonly Pairing[]; readonly problems: readonly Problem[] } {
  const stems = new Map<string, NamedFile[]>();
  for (const file of files) {
    const stem = `${file.digits}_${file.name}`;
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

function groupByVersion(files: readonly NamedFile[]): readonly (readonly NamedFile[])[] {
  const groups = new Map<number, NamedFile[]>();
  for (const file of files) {
    const group = groups.get(file.version);
    if (group === undefined) groups.set(file.version, [file]);
    else group.push(file);
  }
  // Sorted as plain numbers, without a call for each comparison: a folder is listed in any order.
  return Array.from(Float64Array.from(groups.keys()).sort(), (version) => groups.get(version) ?? []);
}

function versionOf(file: NamedFile | undefined): number {
  return file?.version ?? 0;
}

/** More than one name, or more than one width, under one version. */
function judgeDuplicates(sameVersion: readonly NamedFile[]): Problem | null {
  const first = sameVersion[0];
  if (sameVersion.every((file) => file.digits === first?.digits && file.name === first.name)) return null;
  const names = sameVersion.map((file) => file.fileName).sort();
  const version = formatVersion(versionOf(sameVersion[0]));
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

function judgePair(
  up: NamedFile | null,
  down: NamedFile | null,
  suggested: ReadonlySet<string>,
  isIrreversible: (up: NamedFile) => boolean | null,
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
  const wanted = `${down.digits}_${down.name}.up.sql`;
  if (suggested.has(wanted)) return null;
  return {
    code: "missing-up",
    file: down.fileName,
    message: `${down.fileName} has no ${wanted} beside it.`,
    hint: `Restore ${wanted}, or remove ${down.fileName}.`,
  };
}

function missingDown(up: NamedFile, suggested: ReadonlySet<string>): Problem | null {
  const wanted = `${up.digits}_${up.name}.down.sql`;
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
