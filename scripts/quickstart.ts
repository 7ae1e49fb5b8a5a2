import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { installServer } from "../src/scratch/install-server";
import { type PrivateServer, withPrivateServer } from "../src/scratch/private-server";

const ROOT = join(__dirname, "..");
const DATABASE = "blog";

/** The command that runs now, for signals; null between two. */
let running: ChildProcess | null = null;

void main();

/** `npm run quickstart`: the example's migrations on a private server that is gone afterwards. */
async function main(): Promise<void> {
  const set = ["DATABASE_URL", "DATABASE_URL_FILE", "MYSQL_HOST", "MYSQL_SOCKET"].find(
    (name) => process.env[name],
  );
  if (set !== undefined) {
    return fail(
      `${set} is set; quickstart only ever uses a server of its own. Unset it: env -u ${set} npm run quickstart`,
    );
  }
  stopOnSignals();
  console.log("Starting a private database server in a temporary folder.");
  try {
    const install = () => installServer("mariadb", process.env, (line) => console.error(line));
    await withPrivateServer({ family: null, environment: process.env, install }, show);
    console.log(`
That was all temporary: the server and its data are gone. Next, with a database of yours:
  npm run migrate:init               writes .env; put your DATABASE_URL in it
  npm run migrate:create -- <name>   the next pair of files in sql/migrations
  npm run migrate:up -- --dry-run    what would run, then without --dry-run
  npm run migrate -- --help          everything else`);
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string | null };
    fail(hint ? `${message}\n${hint}` : message);
  }
}

async function show(server: PrivateServer): Promise<void> {
  console.log(`${server.family === "mysql" ? "MySQL" : "MariaDB"} ${server.version} on port ${server.port}`);
  await query(server, `CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4`);
  await migrate(server, "Apply every migration of sql/migrations:", "up");
  await migrate(server, "Where are we?", "status");
  await tables(server);
  await migrate(server, "Go back, so that 5 is the newest one applied:", "down", "--to", "5");
  await tables(server);
  await migrate(server, "And forward again, three at first, then the rest:", "up", "--steps", "3");
  await migrate(server, null, "up");
  await migrate(server, "Nothing is left to do, and doing it again is harmless:", "up");
  await migrate(server, null, "status");
}

/** Runs one command as a user would, and prints it as a user would type it. @throws when it fails */
async function migrate(
  server: PrivateServer,
  why: string | null,
  verb: string,
  ...args: string[]
): Promise<void> {
  if (why !== null) console.log(`\n${why}`);
  console.log(`\n$ npm run migrate:${verb}${args.length === 0 ? "" : ` -- ${args.join(" ")}`}`);
  running = spawn(process.execPath, ["scripts/migrate.cjs", verb, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...withoutSettings(),
      DATABASE_URL: `${server.url}/${DATABASE}`,
      MIGRATIONS_DIR: "sql/migrations", // these two also beat what a .env may say
      MIGRATIONS_TABLE: "migration_history",
    },
  });
  const [code, signal] = await once(running, "exit");
  running = null;
  if (code !== 0) throw new Error(`the command above ended with ${signal ?? `exit code ${code}`}`);
}

/** A leftover MYSQL_USER or MYSQL_PASSWORD would contradict the private server's URL. */
function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MYSQL|MIGRATIONS)_/.test(name)),
  );
}

async function tables(server: PrivateServer): Promise<void> {
  const rows = await query(
    server,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${DATABASE}' ORDER BY 1`,
  );
  console.log(`\nThe database has: ${rows.map((row) => row.name).join(", ")}`);
}

async function query(server: PrivateServer, sql: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection(server.url);
  try {
    const [rows] = await connection.query(sql);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } finally {
    await connection.end();
  }
}

/**
 * Ctrl-C reaches the running command too, which ends in order; then this ends. Without a running command it ends
 * at once. Either way the server's watchdog removes server and folder.
 */
function stopOnSignals(): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => {
      if (running === null) process.exit(code);
      running.once("exit", () => process.exit(code));
      if (signal !== "SIGINT") running.kill(signal);
    });
  }
}

function fail(message: string): void {
  console.error(`quickstart: ${message}`);
  process.exitCode = 2;
}
