import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import { MigrateError } from "../errors";
import { type Environment, layerEnvironment } from "../settings/environment";

/**
 * The real environment over the `.env` of one folder, if there is one. The real one is not changed.
 * @throws MigrateError `bad-setting` when `.env` is there and cannot be read
 */
export function readEnvironment(folder: string, real: Environment): Environment {
  const text = readIfThere(join(folder, ".env"));
  if (text === null) return real;
  return layerEnvironment(real, parse(text));
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new MigrateError("bad-setting", `.env cannot be read (${code}).`, { cause: error });
  }
}
