import { readFileSync } from "node:fs";
import { type Problem, RefusedError } from "../errors";
import type { DatabaseSettings } from "./database";
import { settleDatabase } from "./database";
import { badSetting, type Environment, type Given, variables } from "./environment";

/** Where throwaway databases can be made. */
export interface ScratchSettings {
  /** From SCRATCH_DATABASE_URL: the server for them. A database in it is never touched. */
  readonly server: DatabaseSettings | null;
  /** The target must not be used for them: MIGRATE_ENV or NODE_ENV is `production`. */
  readonly production: boolean;
  /** Used to find a server program on this machine. */
  readonly environment: Environment;
}

const NAME = "SCRATCH_DATABASE_URL";

/**
 * Reads where throwaway databases can be made.
 * @throws RefusedError `bad-setting`
 */
export function readScratchSettings(env: Environment): ScratchSettings {
  const problems: Problem[] = [];
  const url = readUrl(env, problems);
  const given = { url, host: null, port: null, socket: null, user: null, password: null, database: null };
  const names = { ...variables, url: NAME };
  const source = { given, names, ssl: null, howToGive: "", serverOnly: true } as const;
  const server = url === null || problems.length > 0 ? null : settleDatabase(source, problems);
  if (problems.length > 0) throw new RefusedError(problems);
  return { server, production: isProduction(env), environment: env };
}

/** Whether the environment says that the target is a production database. */
export function isProduction(env: Environment): boolean {
  return [env.MIGRATE_ENV, env.NODE_ENV].includes("production");
}

function readUrl(env: Environment, problems: Problem[]): Given | null {
  const { [NAME]: value, [`${NAME}_FILE`]: path } = env;
  if (value !== undefined && path !== undefined) {
    problems.push(badSetting(`${NAME} and ${NAME}_FILE are both set.`, "Unset one of them."));
    return null;
  }
  if (path === undefined) return value === undefined ? null : { name: NAME, value };
  try {
    return { name: `${NAME}_FILE`, value: readFileSync(path, "utf8").trim() };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
    problems.push(badSetting(`${NAME}_FILE names ${path}, which cannot be read (${code}).`));
    return null;
  }
}
