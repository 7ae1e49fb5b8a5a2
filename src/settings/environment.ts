import { readFileSync } from "node:fs";
import type { Problem } from "../errors";

/** Environment variables, as in process.env. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a setting is for, regardless of its name. */
export type Part = "url" | "host" | "port" | "socket" | "user" | "password" | "database";

/** The environment variables for the database. Each can have `_FILE` at its end and name a file instead. */
export const variables: Readonly<Record<Part, string>> = {
  url: "DATABASE_URL",
  host: "MYSQL_HOST",
  port: "MYSQL_PORT",
  socket: "MYSQL_SOCKET",
  user: "MYSQL_USER",
  password: "MYSQL_PASSWORD",
  database: "MYSQL_DATABASE",
};

/** A setting's value and the name under which it was given. */
export interface Given {
  readonly name: string;
  readonly value: string;
  /** Reads its file again; null: that cannot be read now. Left out: it did not come from a file. */
  readonly again?: () => string | null;
}

/**
 * Reads one of `variables`, or the file that its `_FILE` variant names.
 * @returns null when it is not set, or was refused; the reason is then added to `problems`
 */
export function readVariable(env: Environment, part: Part, problems: Problem[]): Given | null {
  const name = variables[part];
  const value = env[name];
  const path = env[`${name}_FILE`];
  if (value !== undefined && path !== undefined) {
    problems.push(badSetting(`${name} and ${name}_FILE are both set.`, "Unset one of them."));
    return null;
  }
  if (path !== undefined) return readVariableFile(`${name}_FILE`, path, problems);
  if (value === undefined || isServiceLink(part, value)) return null;
  // An empty password is allowed: a development server often has none.
  if (value !== "" || part === "password") return { name, value };
  problems.push(badSetting(`${name} is set, but empty.`, "Give it a value, or unset it."));
  return null;
}

/** Kubernetes sets MYSQL_PORT=tcp://10.0.0.1:3306 in every pod when there is a service called `mysql`. */
function isServiceLink(part: Part, value: string): boolean {
  return part === "port" && /^(tcp|udp):\/\//.test(value);
}

function readVariableFile(name: string, path: string, problems: Problem[]): Given | null {
  const refuse = (why: string): null => {
    problems.push(badSetting(`${name} ${why}`));
    return null;
  };
  if (path === "") return refuse("is set, but empty.");
  let value: string;
  try {
    value = readSecret(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
    return refuse(`names ${path}, which cannot be read (${code}).`);
  }
  if (value === "") return refuse(`names ${path}, which is empty.`);
  const again = (): string | null => {
    try {
      return readSecret(path) || null;
    } catch {
      return null;
    }
  };
  return { name, value, again };
}

/** Editors and `echo` end a file with a newline that is not part of the secret. */
function readSecret(path: string): string {
  return readFileSync(path, "utf8").replace(/\r?\n$/, "");
}

/**
 * Puts the real environment over what a `.env` file says. All forms of a setting count as one: a real
 * MYSQL_PASSWORD_FILE overrides MYSQL_PASSWORD in the file, and a real DATABASE_URL overrides all MYSQL_* there.
 */
export function layerEnvironment(real: Environment, file: Environment): Environment {
  const merged: Record<string, string | undefined> = { ...real };
  for (const [name, value] of Object.entries(file)) {
    if (!isSettled(name.replace(/_FILE$/, ""), real)) merged[name] = value;
  }
  return merged;
}

function isSettled(name: string, real: Environment): boolean {
  const given = (other: string): boolean => other in real || `${other}_FILE` in real;
  if (given(name)) return true;
  const { url, host, port, socket } = variables;
  // Host and port are one place, a socket is another, and a URL can name either.
  const server = given(host) || given(socket);
  if (name === url) return server || given(variables.database);
  if ([host, port].includes(name)) return given(url) || given(socket);
  if (name === socket) return given(url) || given(host) || given(port);
  return Object.values(variables).includes(name) && given(url);
}

/** A setting that cannot be used. Its message names the setting and never contains a secret. */
export function badSetting(message: string, hint: string | null = null): Problem {
  return { code: "bad-setting", file: null, message, hint };
}

/** A setting that is needed but missing. */
export function missingSetting(message: string, hint: string | null = null): Problem {
  return { code: "missing-setting", file: null, message, hint };
}
