import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MigrateError } from "../errors";
import { describeReadError, normalizeWhole } from "./text";

/** Where the declared schema is: beside the migrations folder, `sql/schema.sql`. */
export function schemaPath(dir: string): string {
  return join(dirname(dir), "schema.sql");
}

/**
 * Reads the declared schema, normalised as migrations are.
 * @returns null when there is no such file
 * @throws MigrateError `unreadable`, `invalid-encoding`
 */
export function readSchemaFile(path: string): string | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new MigrateError("unreadable", `${path} cannot be read: ${describeReadError(error)}.`, {
      cause: error,
    });
  }
  const text = normalizeWhole(bytes);
  if (Buffer.isBuffer(text)) return text.toString("utf8");
  throw new MigrateError("invalid-encoding", `${path} is not UTF-8 text.`, {
    hint: "Save it as UTF-8. A dump with binary values is UTF-8 with --hex-blob.",
  });
}

/** Reads an SQL file that the user named. @throws MigrateError `unreadable`, `invalid-encoding` */
export function readSqlFile(path: string): string {
  const text = readSchemaFile(path);
  if (text !== null) return text;
  throw new MigrateError("unreadable", `There is no ${path}.`);
}

/** Reads the declared schema, which must exist. @throws MigrateError `schema-missing`, and as `readSchemaFile` */
export function requireSchemaFile(path: string): string {
  const text = readSchemaFile(path);
  if (text !== null) return text;
  throw new MigrateError("schema-missing", `There is no ${path}, which says what the schema should be.`, {
    hint: "Begin with what the database is now:\n  npm run migrate:dump -- --write",
  });
}

/** Writes the declared schema, replacing what was there. @throws MigrateError `unwritable` */
export function writeSchemaFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new MigrateError("unwritable", `${path} cannot be written: ${describeReadError(error)}.`, {
      cause: error,
    });
  }
}
