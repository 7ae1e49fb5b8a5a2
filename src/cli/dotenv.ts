import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import { MigrateError } from "../errors";
import { type Environment, layerEnvironment, variables } from "../settings/environment";

/** The environment with `.env` added, and what looks wrong in that file. */
export interface ReadEnvironment {
  readonly env: Environment;
  readonly warnings: readonly string[];
}

/**
 * Puts the real environment over a folder's `.env`, if there is one, without changing the real one.
 * @throws MigrateError `bad-setting` when `.env` exists but cannot be read
 */
export function readEnvironment(folder: string, real: Environment): ReadEnvironment {
  const text = readIfThere(join(folder, ".env"));
  if (text === null) return { env: real, warnings: [] };
  const env = layerEnvironment(real, parse(text));
  const cut = findCutValues(text).filter(({ name }) => isSetting(name) && env[name] !== real[name]);
  const warnings = cut.map(
    ({ name, line }) =>
      `.env, line ${line}: ${name} has a # in it and no quotes, so the value ends before the #. Put quotes around the value: ${name}='...'; if it is a comment, give it a line of its own.`,
  );
  return { env, warnings };
}

/** Settings without quotes whose value dotenv cuts off at a `#`, with or without a blank before it. */
function findCutValues(text: string): readonly { readonly name: string; readonly line: number }[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    const name = /^\s*(?:export\s+)?([\w.-]+)\s*[=:](?!\s*['"`])[^#]*#/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, line: index + 1 }];
  });
}

/** Other programs read the same file, and we do not judge their settings. */
function isSetting(name: string): boolean {
  const plain = name.replace(/_FILE$/, "");
  return (
    Object.values(variables).includes(plain) || /^(MIGRATIONS?_|MIGRATE_|SCRATCH_DATABASE_URL$)/.test(plain)
  );
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
