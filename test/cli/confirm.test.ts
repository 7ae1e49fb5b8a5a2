import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { type ExitCode, main } from "../../src/cli/main";
import { createMigrator } from "../../src/index";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": "CREATE TABLE b (id INT);",
  "0002_b.down.sql": "DROP TABLE b;",
};

type Env = Readonly<Record<string, string>>;

interface Row {
  readonly words: string;
  readonly env: Env;
  /** What is typed at the terminal, NAME for the database's name; null: there is no terminal. */
  readonly types?: "NAME" | "name in vain" | "the end" | "Ctrl-C" | null;
  readonly asked: boolean;
  /** The exit code, and what is applied afterwards. */
  readonly code: 0 | 2;
  readonly applied: readonly number[];
}

const MARKED = { MIGRATE_ENV: "production" };
const REFUSED = { asked: false, code: 2, applied: [1, 2] } as const;
const DONE = { asked: false, code: 0 } as const;

const rows: readonly Row[] = [
  // Without a terminal.
  { words: "down --steps 1", env: MARKED, ...REFUSED },
  { words: "down --to 0", env: { NODE_ENV: "production" }, ...REFUSED },
  { words: "redo", env: MARKED, ...REFUSED },
  { words: "redo --json", env: MARKED, ...REFUSED },
  { words: "down --steps 1 --yes", env: MARKED, ...DONE, applied: [1] },
  { words: "redo --yes", env: MARKED, ...DONE, applied: [1, 2] },
  { words: "down --steps 1 --dry-run", env: MARKED, ...DONE, applied: [1, 2] },
  { words: "redo --dry-run", env: MARKED, ...DONE, applied: [1, 2] },
  { words: "down --to 2", env: MARKED, ...DONE, applied: [1, 2] },
  { words: "down --steps 1", env: {}, ...DONE, applied: [1] },
  { words: "down --steps 1", env: { MIGRATE_ENV: "staging" }, ...DONE, applied: [1] },
  { words: "redo", env: {}, ...DONE, applied: [1, 2] },
  // On a terminal.
  { words: "down --to 0", env: MARKED, types: "NAME", asked: true, code: 0, applied: [] },
  { words: "redo", env: MARKED, types: "NAME", asked: true, code: 0, applied: [1, 2] },
  { words: "down --to 0 --quiet", env: MARKED, types: "NAME", asked: true, code: 0, applied: [] },
  { words: "down --to 0", env: MARKED, types: "name in vain", asked: true, code: 2, applied: [1, 2] },
  { words: "down --to 0", env: MARKED, types: "the end", asked: true, code: 2, applied: [1, 2] },
  { words: "redo", env: MARKED, types: "Ctrl-C", asked: true, code: 2, applied: [1, 2] },
  { words: "down --to 0 --json", env: MARKED, types: "NAME", ...REFUSED },
  { words: "down --to 0 --yes", env: MARKED, types: "NAME", ...DONE, applied: [] },
  { words: "down --to 0 --dry-run", env: MARKED, types: "NAME", ...DONE, applied: [1, 2] },
  { words: "down --to 0", env: {}, types: "NAME", ...DONE, applied: [] },
  // Nothing else asks.
  { words: "up", env: MARKED, types: "NAME", ...DONE, applied: [1, 2] },
  { words: "stamp base", env: MARKED, types: "NAME", ...DONE, applied: [] },
  { words: "repair", env: MARKED, types: "NAME", ...DONE, applied: [1, 2] },
];

forEachServer("down and redo on a database marked production have to be agreed to", async (_t, server) => {
  for (const row of rows) {
    await withTestDatabase(server, async ({ name, url }) => {
      await withMigrations(FILES, async (dir) => {
        const env = { DATABASE_URL: url, MIGRATIONS_DIR: dir };
        assert.equal((await run("up --quiet", env, dir, null)).code, 0);
        const { code, printed } = await run(row.words, { ...env, ...row.env }, dir, typed(row, name));
        const about = `${row.words} ${JSON.stringify(row.env)} ${row.types ?? ""}: ${printed}`;
        assert.equal(printed.includes("Type the database's name to go on: "), row.asked, about);
        assert.equal(code, row.code, about);
        assert.deepEqual(await appliedVersions(url), row.applied, about);
        if (row.types === "Ctrl-C") assert.match(printed, /Stopped on request/);
        else if (code === 2) assert.match(printed, /Nothing was run\..*--yes/s, about);
      });
    });
  }
});

forEachServer("the mark may be in .env, and a refusal says what would be reverted", async (_t, server) => {
  await withTestDatabase(server, async ({ name, url }) => {
    await withMigrations(FILES, async (dir) => {
      writeFileSync(join(dir, ".env"), "MIGRATE_ENV=production\n");
      const env = { DATABASE_URL: url, MIGRATIONS_DIR: dir };
      await run("up --quiet", env, dir, null);
      const { printed } = await run("down --to 0 --json", env, dir, null);
      const { error } = JSON.parse(printed);
      assert.equal(error.code, "not-confirmed");
      assert.equal(
        error.message,
        `${name} is marked production, and down would revert 2 migrations (0002_b, 0001_a). Nothing was run.`,
      );
    });
  });
});

forEachServer("a program says yes where the migrator is for production", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await withMigrations(FILES, async (dir) => {
      const migrator = createMigrator({ databaseUrl: url, dir, production: true });
      await migrator.up();
      await assert.rejects(migrator.down({ to: "base" }), { code: "not-confirmed" });
      await assert.rejects(migrator.redo(), { code: "not-confirmed" });
      assert.equal((await migrator.down({ steps: 1, yes: true })).to, 1);
      assert.equal((await createMigrator({ databaseUrl: url, dir }).down({ steps: 1 })).to, null);
    });
  });
});

forEachServer("a real terminal is asked, and the process ends afterwards", async (t, server) => {
  if (spawnSync("script", ["--version"]).error !== undefined) {
    t.skip("there is no `script` (util-linux) to make a terminal with");
    return;
  }
  await withTestDatabase(server, async ({ name, url }) => {
    await withMigrations(FILES, async (dir) => {
      const env = { DATABASE_URL: url, MIGRATIONS_DIR: dir };
      await run("up --quiet", env, dir, null);
      const command = `${process.execPath} scripts/migrate.cjs down --to 0`;
      const child = spawn("script", ["-qec", command, "/dev/null"], {
        cwd: join(__dirname, "../.."),
        env: { PATH: process.env.PATH, TERM: "xterm", ...env, ...MARKED },
        stdio: ["pipe", "pipe", "inherit"],
      });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        const before = output;
        output += chunk;
        if (output.includes("to go on: ") && !before.includes("to go on: ")) child.stdin.write(`${name}\n`);
      });
      const [code] = await once(child, "close");
      assert.equal(code, 0, output);
      assert.match(output, /Reverted 2 migrations/);
      assert.deepEqual(await appliedVersions(url), []);
    });
  });
});

function typed({ types = null }: Row, name: string): string | null {
  if (types === "NAME") return `${name}\n`;
  return types === "name in vain" ? `${name}_not\n` : types;
}

/** Runs one command line with a terminal at which this is typed once it is read from, or without a terminal. */
async function run(
  words: string,
  env: Env,
  folder: string,
  typed: string | null,
): Promise<{ readonly code: ExitCode; readonly printed: string }> {
  let printed = "";
  const write = (text: string): void => {
    printed += text;
  };
  const output = { isTTY: typed !== null, write };
  const stop = new AbortController();
  const input = new EventEmitter();
  const resume = (): void => {
    if (typed === "Ctrl-C") stop.abort();
    else input.emit(typed === "the end" ? "end" : "data", typed);
  };
  const stdin = Object.assign(input, { isTTY: typed !== null, setEncoding() {}, pause() {}, resume });
  const io = { stdin, stdout: output, stderr: output, cwd: () => folder };
  const killSignal = new AbortController().signal;
  const code = await main(words.split(" "), env, io, { signal: stop.signal, killSignal });
  return { code, printed };
}

/** What is applied, as far as the history goes. */
async function appliedVersions(url: string): Promise<readonly number[]> {
  const connection = await createConnection(url);
  const [found] = await connection.query(
    "SELECT version FROM migration_history GROUP BY version HAVING SUM(action IN ('up', 'stamp')) > SUM(action IN ('down', 'unstamp')) ORDER BY version",
  );
  await connection.end();
  return (found as { version: number }[]).map(({ version }) => Number(version));
}
