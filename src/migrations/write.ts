import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MigrateError } from "../errors";
import { listFolder } from "./folder";
import { digitsAfter, parseFilename, type WrittenVersion } from "./names";
import { downTemplate, upTemplate } from "./template";
import { describeReadError } from "./text";

/** A pair of files just written, ready to be filled in. */
export interface CreatedPair {
  readonly version: number;
  readonly name: string;
  readonly upPath: string;
  readonly downPath: string;
}

/** File systems allow names of 255 bytes; this leaves room for version, direction and the endings that editors add. */
const LONGEST_NAME = 200;

/**
 * Writes the next migration's files, and never overwrites a file. The version is one more than the newest, with as many
 * digits; when versions are timestamps, it is the current time.
 * @param wanted what the migration does, in words: blanks and other characters become `_`
 * @param now for timestamps
 * @param texts what goes into them; left out: comments that say what belongs there
 * @throws MigrateError `usage` for a name without any letter or digit, or one that is too long; `folder-missing`,
 *   `unreadable`, `unwritable`; `duplicate-version` when somebody else took the version meanwhile
 */
export function createPair(
  dir: string,
  wanted: string,
  now: Date = new Date(),
  texts: { readonly up: string; readonly down: string } | null = null,
): CreatedPair {
  const name = toName(wanted);
  const digits = nextDigits(dir, now);
  const stem = `${digits}_${name}`;
  return writePair(dir, digits, name, texts ?? { up: upTemplate(stem), down: downTemplate(stem) });
}

/**
 * Writes the pair that comes before all others, with these texts.
 * @throws as `createPair`
 */
export function createFirstPair(
  dir: string,
  wanted: string,
  texts: { readonly up: string; readonly down: string },
): CreatedPair {
  return writePair(dir, "0001", toName(wanted), texts);
}

/**
 * Writes a pair with these texts, and never overwrites a file.
 * @param digits the version with its leading zeros
 * @throws MigrateError `duplicate-version` when either file exists, `unwritable`; then neither file is left behind
 */
export function writePair(
  dir: string,
  digits: string,
  name: string,
  texts: { readonly up: string; readonly down: string },
): CreatedPair {
  const upPath = join(dir, `${digits}_${name}.up.sql`);
  const downPath = join(dir, `${digits}_${name}.down.sql`);
  writeNew(dir, upPath, texts.up);
  try {
    writeNew(dir, downPath, texts.down);
  } catch (error) {
    // Half a pair would stop the next run.
    rmSync(upPath, { force: true });
    throw error;
  }
  return { version: Number(digits), name, upPath, downPath };
}

/** Letters lose their accents; other characters that a file name must not have become `_`. */
export function toName(wanted: string): string {
  const name = wanted
    .trim()
    .replace(/(\.(up|down))?\.sql$/i, "")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "_")
    .replaceAll(/^[_.-]+|[_.-]+$/g, "");
  const hint =
    'A name has letters, digits, "_", "-" and ".":\n  npm run migrate:create -- add_email_to_users';
  if (name === "")
    throw new MigrateError("usage", `${JSON.stringify(wanted)} leaves no name for a file.`, { hint });
  if (name.length <= LONGEST_NAME) return name;
  throw new MigrateError("usage", `The name has ${name.length} characters, more than ${LONGEST_NAME}.`, {
    hint,
  });
}

function nextDigits(dir: string, now: Date): string {
  const newest = readVersions(dir).reduce<WrittenVersion | null>(
    (highest, each) => (highest === null || each.version > highest.version ? each : highest),
    null,
  );
  if (newest === null) return "0001";
  return digitsAfter(newest, now);
}

/**
 * By name only, so that a new file can be created while others are not in order yet. A misnamed file still uses up its
 * number.
 */
function readVersions(dir: string): readonly WrittenVersion[] {
  const { files, suggested } = listFolder(dir);
  const misnamed = [...suggested].map(parseFilename).filter((parsed) => parsed.kind === "migration");
  return [...files, ...misnamed];
}

function writeNew(dir: string, path: string, text: string): void {
  try {
    // Fails when the file exists, so that two processes cannot overwrite each other's files.
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new MigrateError("duplicate-version", `${path} exists already: somebody else made it just now.`, {
        hint: "Run the same command again.",
        cause: error,
      });
    }
    const why = describeReadError(error);
    throw new MigrateError("unwritable", `The migrations folder ${dir} cannot be written to: ${why}.`, {
      cause: error,
    });
  }
}
