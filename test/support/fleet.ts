import { randomBytes } from "node:crypto";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { main } from "../../src/cli/main";
import { quoteIdentifier } from "../../src/syntax/quote";
import type { TestServer } from "./servers";

/** Databases of one test. */
export interface Databases {
  /** What all of their names begin with. */
  readonly prefix: string;
  /** As a LIKE pattern that matches all of them and no others. */
  readonly pattern: string;
  /** `DATABASE_URL` without a database. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs SQL on one of them. */
  ask(suffix: string, sql: string): Promise<readonly RowDataPacket[]>;
}

/** Gives the body new, empty databases whose names end in these, and drops them afterwards. */
export async function withDatabases<T>(
  server: TestServer,
  suffixes: readonly string[],
  body: (databases: Databases) => Promise<T>,
): Promise<T> {
  const prefix = `f${randomBytes(5).toString("hex")}_`;
  const connection = await createConnection({ uri: server.url, charset: "utf8mb4" });
  const names = suffixes.map((suffix) => prefix + suffix);
  const ask = async (suffix: string, sql: string): Promise<readonly RowDataPacket[]> => {
    await connection.query(`USE ${quoteIdentifier(prefix + suffix)}`);
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  };
  try {
    for (const name of names) await connection.query(`CREATE DATABASE ${quoteIdentifier(name)}`);
    const pattern = `${prefix.replaceAll("_", "\\_")}%`;
    return await body({ prefix, pattern, env: { DATABASE_URL: `${server.url}/` }, ask });
  } finally {
    for (const name of names) await connection.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
    await connection.end();
  }
}

/** What a command line wrote and how it ended. */
export interface Ran {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly killSignal?: AbortSignal;
  /** Told of each line on stderr. */
  readonly onLine?: (line: string) => void;
}

/** Runs a command line in this process. */
export async function runLine(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const { stdin, signal, killSignal, onLine } = options;
  const never = new AbortController().signal;
  const io = {
    ...(stdin === undefined ? {} : { stdin: pipedInput(stdin) }),
    stdout: { write: (text: string) => (stdout += text) },
    stderr: {
      write(text: string) {
        stderr += text;
        for (const line of text.trimEnd().split("\n")) onLine?.(line);
      },
    },
    cwd: () => "/",
  };
  const stop = { signal: signal ?? never, killSignal: killSignal ?? never };
  return { code: await main(words, env, io, stop), stdout, stderr };
}

function pipedInput(text: string) {
  return {
    setEncoding: () => {},
    on(event: "data" | "end", listener: (text: string) => void) {
      setImmediate(() => listener(event === "data" ? text : ""));
    },
    off: () => {},
    resume: () => {},
    pause: () => {},
  };
}

/** What `--json` prints of a fleet, as far as tests look at it. */
export interface Printed {
  readonly databases: readonly {
    readonly database: string;
    readonly outcome: string;
    readonly state: string;
    readonly from: number | null;
    readonly to: number | null;
    readonly migrations: number;
    readonly error: { readonly code: string; readonly message: string } | null;
    readonly result: unknown;
  }[];
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly notBegun: number;
  readonly goOn: string | null;
}

/** Each database's end of name and what became of it, such as `["a", "applied"]`. */
export function statesOf({ stdout }: Ran, prefix: string): readonly (readonly [string, string])[] {
  const { databases } = JSON.parse(stdout) as Printed;
  return databases.map(({ database, state }) => [database.replace(prefix, ""), state] as const);
}
