import { MigrateError, type Problem, RefusedError } from "../errors";
import { type ListedFile, listFolder, unreadableProblem } from "./folder";
import { type Inspected, inspectFile, READ_SIZE, type Unreadable } from "./inspect-file";
import type { Direction } from "./names";
import { type Pair, pairFiles, pairFilesByName } from "./pairs";
import { type Replaced, readSquashedLine } from "./squashed-lines";

/** One migration file as it was when the folder was read. Its text stays on disk, unless it came from the history. */
export interface MigrationFile {
  readonly fileName: string;
  readonly path: string;
  readonly direction: Direction;
  readonly version: number;
  readonly name: string;
  /** Size on disk, including byte-order mark and CRs. */
  readonly bytes: number;
  /** SHA-256, hex, of the text without a byte-order mark and with CRLF as LF. */
  readonly checksum: string;
  /** What it stands for, of a squashed up file; left out: nothing else. */
  readonly replaces?: readonly Replaced[];
  /** Nobody has filled in the template that `create` wrote; left out: somebody has. */
  readonly template?: true;
  /** For a large file: changes when the file is written to or replaced. Left out: only its text tells. */
  readonly identity?: string;
  /**
   * Its text from the history, for a file that is not in the folder; null: it was too large to keep. Left out: the file
   * is on disk.
   */
  readonly stored?: string | null;
}

/** An up file and the down file that reverts it. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly up: MigrationFile;
  /** null: the up file declares itself irreversible. */
  readonly down: MigrationFile | null;
  /** The migrations that were squashed into it; left out: none were. */
  readonly replaces?: readonly Replaced[];
}

export interface Folder {
  /** As it was given by the user. */
  readonly dir: string;
  /** By rising version. */
  readonly migrations: readonly Migration[];
  /** What deserves a look, but is not refused. */
  readonly warnings: readonly string[];
}

/**
 * Reads the whole migrations folder and judges it; the texts stay on disk.
 * @param dir the folder, relative to the working folder or absolute
 * @returns its migrations; an empty folder has none, see `requireMigrations`
 * @throws MigrateError `folder-missing`, `unreadable`; RefusedError with every offender in the folder
 */
export function readMigrations(dir: string): Folder {
  return readFolder(dir, pairFiles);
}

/** Settings that may come with an already read folder: for many databases it is read only once. */
export type WithFolder<S> = S & { readonly folder?: Folder };

/** The folder of some settings. @throws as `readMigrations`, unless it has been read already */
export function folderOf({ dir, folder }: WithFolder<{ readonly dir: string }>): Folder {
  return folder ?? readMigrations(dir);
}

/**
 * Does the same for a folder after two branches met: migrations may share a version, and are then sorted by name.
 * @throws like `readMigrations`, except `duplicate-version`
 */
export function readBranchedMigrations(dir: string): Folder {
  return readFolder(dir, pairFilesByName);
}

function readFolder(dir: string, pair: typeof pairFiles): Folder {
  const listing = listFolder(dir);
  const problems: Problem[] = [...listing.problems];
  const irreversible = new Set<string>();
  const buffer = Buffer.allocUnsafe(READ_SIZE);

  const files = listing.files.map((listed): MigrationFile | ListedFile => {
    if (!listed.openable) return listed;
    const found = inspect(listed, buffer);
    if ("code" in found) {
      problems.push(found);
      return listed;
    }
    const { fileName, path, direction, version, name } = listed;
    const { bytes, checksum, identity, template } = found;
    if (direction === "up" && found.directives.includes("irreversible")) irreversible.add(fileName);
    const plain = { fileName, path, direction, version, name, bytes, checksum };
    const replaces = direction === "up" && found.directives.length > 0 ? readReplaced(found.directives) : [];
    const file = replaces.length === 0 ? plain : { ...plain, replaces };
    if (template) return { ...file, template };
    return identity === null ? file : { ...file, identity };
  });

  const pairing = pair(files, listing.suggested, (up) =>
    wasRead(up) ? irreversible.has(up.fileName) : null,
  );
  problems.push(...pairing.problems);
  if (problems.length > 0) throw new RefusedError(sortByFile(problems));
  return { dir, migrations: pairing.pairs.map(toMigration), warnings: [] };
}

/**
 * Refuses an empty folder, for the verbs that need migrations.
 * @throws MigrateError `folder-empty`
 */
export function requireMigrations(folder: Folder): void {
  if (folder.migrations.length > 0) return;
  throw new MigrateError("folder-empty", `The migrations folder ${folder.dir} has no migrations in it.`, {
    hint: "Write the first one:\n  npm run migrate:create -- <name>\nor say where they are with --dir or MIGRATIONS_DIR.",
  });
}

/**
 * Refuses templates that nobody has filled in: once applied, they could no longer be filled in.
 * @param migrations what is about to be applied
 * @throws RefusedError `untouched-template`
 */
export function refuseTemplates(migrations: readonly Migration[]): void {
  const problems = migrations
    .flatMap(({ up, down }) => (down === null ? [up] : [up, down]))
    .filter(({ template }) => template === true)
    .map(untouchedTemplate);
  if (problems.length > 0) throw new RefusedError(problems);
}

function untouchedTemplate({ fileName, direction }: MigrationFile): Problem {
  const fillIn = "Fill it in. If nothing is to be done, a comment that says so, in its place, is enough.";
  return {
    code: "untouched-template",
    file: fileName,
    message: `${fileName} is still the template.`,
    hint:
      direction === "up"
        ? fillIn
        : `${fillIn}\nIf nothing can take the up file back, remove this one, and say so there:\n  -- migrate: irreversible`,
  };
}

function toMigration({ up, down }: Pair<MigrationFile | ListedFile>): Migration {
  if (up === null || !wasRead(up) || !(down === null || wasRead(down)))
    throw new MigrateError("internal", "A pair lacks a file.");
  const migration = { version: up.version, name: up.name, up, down };
  return up.replaces === undefined ? migration : { ...migration, replaces: up.replaces };
}

function readReplaced(directives: readonly string[]): readonly Replaced[] {
  return directives.map(readSquashedLine).filter((line) => line !== null);
}

function wasRead(file: MigrationFile | ListedFile): file is MigrationFile {
  return "checksum" in file;
}

function inspect(listed: ListedFile, buffer: Buffer): Inspected | Problem {
  const { fileName, path } = listed;
  let found: Inspected | Unreadable;
  try {
    found = inspectFile(path, buffer);
  } catch (error) {
    return unreadableProblem(fileName, error);
  }
  if ("fault" in found) return faultProblem(fileName, found);
  if (!found.blank) return found;
  const what = found.bytes === 0 ? "is empty (0 bytes)" : "has nothing but white space in it";
  return {
    code: "empty-file",
    file: fileName,
    message: `${fileName} ${what}.`,
    hint: "Was it saved? If nothing is to be done, a comment that says so is enough.",
  };
}

function faultProblem(fileName: string, { fault, line }: Unreadable): Problem {
  switch (fault.kind) {
    case "utf-16":
      return {
        code: "invalid-encoding",
        file: fileName,
        message: `${fileName} is in UTF-16.`,
        hint: `Save it as UTF-8: iconv -f UTF-16 -t UTF-8`,
      };
    case "invalid-utf8":
      return {
        code: "invalid-encoding",
        file: fileName,
        message: `${fileName}:${line} is not UTF-8: byte ${fault.offset + 1} of the file belongs to no character.`,
        hint: "Save it as UTF-8. Binary data can be written as x'…'; mysqldump and mariadb-dump do that with --hex-blob.",
      };
    case "nul":
      return {
        code: "nul-byte",
        file: fileName,
        message: `${fileName}:${line} has a NUL byte: byte ${fault.offset + 1} of the file.`,
        hint: "Remove it. Inside a string it can be written as \\0.",
      };
    default:
      return fault satisfies never;
  }
}

function sortByFile(problems: readonly Problem[]): readonly Problem[] {
  // By code unit, not by locale: the same order on every machine.
  return [...problems].sort((a, b) => compare(a.file ?? "", b.file ?? ""));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
