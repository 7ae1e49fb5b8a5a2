import { MigrateError } from "../errors";

/** Which half of a migration a file, a step or a plan is about. */
export type Direction = "up" | "down";

/** What a name in the migrations folder means. */
export type ParsedFilename =
  | {
      readonly kind: "migration";
      readonly version: number;
      /** The version as written, with its leading zeros. */
      readonly digits: string;
      readonly name: string;
      readonly direction: Direction;
    }
  | {
      readonly kind: "near-miss";
      /** What is wrong with it: goes after "its name ". */
      readonly why: string;
      /** The name that was probably meant; null when that would be a guess. */
      readonly suggestion: string | null;
    }
  | { readonly kind: "other" };

const MIGRATION = /^(\d{4,15})_([A-Za-z0-9_.-]+)\.(up|down)\.sql$/;

/**
 * Reads a file name by the grammar `NNNN_name.up.sql`, `NNNN_name.down.sql`: 4 to 15 digits, compared as a
 * number; the name in ASCII letters, digits, `_`, `-` and `.`.
 * @param fileName without its folder
 * @returns a migration; a near miss for any other name that ends in `.sql`, upper or lower case; or something else
 */
export function parseFilename(fileName: string): ParsedFilename {
  const match = MIGRATION.exec(fileName);
  // By index: for 20,000 names, destructuring takes as long as matching.
  const digits = match?.[1];
  const name = match?.[2];
  const direction = match?.[3];
  if (digits === undefined || name === undefined || direction === undefined) return parseNearMiss(fileName);
  const version = Number(digits);
  if (version === 0) {
    return {
      kind: "near-miss",
      why: "has the version 0, which means before the first migration",
      suggestion: null,
    };
  }
  return { kind: "migration", version, digits, name, direction: direction === "up" ? "up" : "down" };
}

/** Pads a version to four digits, as file names and messages show it. */
export function formatVersion(version: number): string {
  return String(version).padStart(4, "0");
}

/** A migration's name as at the beginning of its file names, for example `0007_add_email`. */
export function formatMigration(migration: { readonly version: number; readonly name: string }): string {
  return `${formatVersion(migration.version)}_${migration.name}`;
}

function parseNearMiss(fileName: string): ParsedFilename {
  const match = /^(\d*)(_?)(.*?)(?:\.(up|down))?(\.sql)\s*$/isu.exec(fileName);
  if (match === null) return { kind: "other" };
  // Editors and macOS leave such files behind (`._0001_x.up.sql`, `.#0001_x.up.sql`).
  if (fileName.startsWith(".")) return { kind: "near-miss", why: "starts with a dot", suggestion: null };

  const [, digits = "", separator = "", name = "", direction = "", extension = ""] = match;
  const faults = [
    digitsFault(digits),
    digits !== "" && separator === "" ? 'has no "_" after the version' : null,
    name === "" ? "has nothing between version and direction" : null,
    charactersFault(name),
    direction === "" ? 'does not say ".up" or ".down" before ".sql"' : null,
    caseFault(direction === "" ? extension : `.${direction}${extension}`),
    /\s$/.test(fileName) ? "ends in white space" : null,
  ].filter((fault) => fault !== null);
  return { kind: "near-miss", why: faults.join(", "), suggestion: suggest(digits, name, direction) };
}

function digitsFault(digits: string): string | null {
  if (digits === "") return "does not start with a version";
  if (digits.length >= 4 && digits.length <= 15) return null;
  return `has a version of ${digits.length} ${digits.length === 1 ? "digit" : "digits"} where 4 to 15 are wanted`;
}

function charactersFault(name: string): string | null {
  const strange = [...new Set(name.match(/[^A-Za-z0-9_.-]/gu) ?? [])];
  if (strange.length === 0) return null;
  const shown = strange.map((character) => (character === " " ? "a space" : describeCharacter(character)));
  return `has ${shown.join(" and ")}, where only letters a to z, digits, "_", "-" and "." may be`;
}

/** Names the code point too: a Cyrillic "а" cannot be told from a Latin "a" by eye. */
function describeCharacter(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return /\p{C}|\p{Z}|\p{M}/u.test(character) ? code : `"${character}" (${code})`;
}

function caseFault(ending: string): string | null {
  const lower = ending.toLowerCase();
  return ending === lower ? null : `ends in "${ending}" instead of "${lower}"`;
}

function suggest(digits: string, name: string, direction: string): string | null {
  if (Number(digits) === 0 || direction === "") return null;
  const plainName = name.replaceAll(" ", "_").replace(/^[-_]+/, "");
  const fileName = `${digits.padStart(4, "0")}_${plainName}.${direction.toLowerCase()}.sql`;
  return MIGRATION.test(fileName) ? fileName : null;
}

/** A version, and how many digits it is written with. */
export interface WrittenVersion {
  readonly version: number;
  readonly digits: string;
}

/**
 * The version after another one, with as many digits: one more, or the current time when versions are timestamps.
 * @throws MigrateError `usage` when there is none
 */
export function digitsAfter(newest: WrittenVersion, now: Date): string {
  const timestamp = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  if (newest.digits.length >= 14 && Number(timestamp) > newest.version) return timestamp;
  const digits = String(newest.version + 1).padStart(newest.digits.length, "0");
  if (digits.length <= 15) return digits;
  throw new MigrateError(
    "usage",
    `There is no version above ${newest.digits}: versions have at most 15 digits.`,
  );
}
