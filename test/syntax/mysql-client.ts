import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createConnection } from "mysql2/promise";
import { tokens } from "../../src/syntax/lexer";
import type { SplitOptions } from "../../src/syntax/splitter";
import { type ClientCommand, withProxy } from "../support/proxy";
import { type TestServer, withTestDatabase } from "../support/servers";

/**
 * What the server gets when the real mysql client reads this text: recorded on the way, because MySQL's general log
 * leaves out what does not parse, and is a switch for the whole server.
 *
 * The client logs in as a user who may do anything in a database of its own and nothing elsewhere.
 */
export async function sentByClient(
  server: TestServer,
  sql: string,
  options: SplitOptions = {},
): Promise<string[]> {
  const mode = options.noBackslashEscapes ? ["--init-command=SET sql_mode = 'NO_BACKSLASH_ESCAPES'"] : [];
  return withTestDatabase(server, async ({ name }) =>
    withTestUser(server, name, async (user) => {
      return withProxy(server, {}, async (proxy) => {
        await runClient(server, [...mode, "-h", proxy.host, "-P", String(proxy.port), "-u", user, name], sql);
        return proxy.commands.flatMap((command) => statementOf(command)).slice(mode.length);
      });
    }),
  );
}

/**
 * A statement as far as both must agree on it: without the comments around it, which the client sends along with
 * one or the other statement; with plain newlines, and USE in the form in which the client sends it.
 */
export function comparable(text: string): string {
  const [first, ...rest] = tokens(text);
  if (first === undefined) return "";
  const [name] = rest;
  if (/^use$/i.test(first.value) && name !== undefined && rest.length === 1) return `USE ${name.value}`;
  return text.slice(first.start, (rest.at(-1) ?? first).end).replaceAll("\r\n", "\n");
}

/** Queries that the client sends on its own account: at the start, and before USE. */
const clientsOwn = /^select (?:@@version_comment limit 1|database\(\)|\$\$)$/i;

function statementOf({ name, text }: ClientCommand): string[] {
  if (name === "COM_INIT_DB") return [`USE \`${text}\``];
  return name === "COM_QUERY" && !clientsOwn.test(text) ? [text] : [];
}

async function withTestUser<T>(
  server: TestServer,
  database: string,
  body: (user: string) => Promise<T>,
): Promise<T> {
  const user = `t_${randomBytes(6).toString("hex")}`;
  const connection = await createConnection(server.url);
  try {
    await connection.query(`CREATE USER ${user}@'%'`);
    try {
      await connection.query(`GRANT ALL ON ${database}.* TO ${user}@'%'`);
      return await body(user);
    } finally {
      await connection.query(`DROP USER ${user}@'%'`);
    }
  } finally {
    await connection.end();
  }
}

/** --commands: MySQL 9 has switched `\g` and USE off by default; older clients and MariaDB's lack the option. */
const flags = [
  "--no-defaults",
  "--comments",
  "--force",
  "--loose-commands",
  "--default-character-set=utf8mb4",
];

function clientOf(server: TestServer): string {
  return process.env[`TEST_${server.family.toUpperCase()}_CLIENT`] ?? "mysql";
}

async function runClient(server: TestServer, args: readonly string[], sql: string): Promise<void> {
  const child = spawn(clientOf(server), [...flags, ...args], { stdio: ["pipe", "ignore", "ignore"] });
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    // With --force it reads on after errors, and the statements it could not run make it exit 1.
    child.once("close", () => resolve());
    child.stdin.on("error", () => {}); // it is gone; the comparison will tell
    child.stdin.end(sql);
  });
}

/**
 * Whose client reads for this server: MariaDB's can stand in for MySQL's.
 * @throws one line that says what to do when there is none
 */
export function clientFamily(server: TestServer): TestServer["family"] {
  const program = clientOf(server);
  const { error, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  if (error !== undefined) {
    const variable = `TEST_${server.family.toUpperCase()}_CLIENT`;
    throw new Error(`there is no ${program}: run \`apt-get install mariadb-client\`, or set ${variable}`);
  }
  return stdout.includes("MariaDB") ? "mariadb" : "mysql";
}
