import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { main } from "../../src/cli/main";
import type { Verb } from "../../src/verbs/list";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

/** It sets a terminal's title, colours what follows, goes back on the line and turns the direction of reading. */
const POISON = "P\u001b]0;owned\u0007\u009b31m\r\u0008\u202eQ";
/** Some messages quote as JSON does, and MariaDB in a way of its own. */
const VISIBLE = /P\\*(x1b|u001b|001B)\]0;/;

/** Where a text comes from. */
const sources = {
  history: "columns of the history table",
  modified: "the text of a file that was modified, and what the history kept of it",
  failing: "what the server says of a statement",
  schema: "comments of a table, in the database and in schema.sql",
  names: "names of files that are no migration's",
  environment: "names in the environment",
  words: "the command line",
} as const;

type Source = keyof typeof sources;

/**
 * For each verb the command lines to run in each source's situation, P for the text. `!` at the end: the text must be seen
 * in what is printed. `~`: what is printed is SQL, which arrives in a file as it is. A new verb needs a row: it has to show that
 * nothing reaches a terminal raw.
 */
const rows: Readonly<Record<Verb, Readonly<Partial<Record<Source, readonly string[]>>>>> = {
  init: { history: ["init"], names: ["init"], words: ["init P!"] },
  create: { names: ["create b"], words: ["create --dir P x!", "create P"] },
  up: {
    history: ["up", "up --dry-run"],
    modified: ["up", "up --dry-run"],
    failing: [
      ...["up --dry-run~!", "up!", "up", "status!", "history", "show 1", "resolve 1 --applied", "redo"],
      "down --to 0",
    ],
    names: ["up!"],
    environment: ["up!"],
    words: ["up P!", "up --to P!", "up --P!", "P!"],
  },
  down: { history: ["down --to 0 --dry-run~"], modified: ["down --to 0"], words: ["down P!"] },
  redo: { history: ["redo --dry-run~"], modified: ["redo"], words: ["redo P!"] },
  status: { history: ["status!"], modified: ["status"], names: ["status!"] },
  current: { history: ["current"], environment: ["current!"] },
  history: { history: ["history!"], words: ["history --range P!"] },
  show: { history: ["show 1!"], modified: ["show 1!", "show 1 --applied!"], words: ["show P!"] },
  heads: { history: ["heads"], names: ["heads!"] },
  branches: { history: ["branches"], names: ["branches!"] },
  merge: { history: ["merge"], names: ["merge!"], words: ["merge --keep P"] },
  stamp: { history: ["stamp"], words: ["stamp P!", "stamp --from P!"] },
  baseline: { words: ["baseline P"] },
  squash: { words: ["squash --to P", "squash P"] },
  repair: { history: ["repair"], modified: ["repair"], words: ["repair P!", "repair 1 --reason P"] },
  resolve: { history: ["resolve 1 --applied"], words: ["resolve P!"] },
  diff: { schema: ["diff --dry-run~"], failing: ["diff x!"], words: ["diff --schema P x!"] },
  lint: { failing: ["lint!"], schema: ["lint"], words: ["lint --from P"] },
  verify: { failing: ["verify!"], words: ["verify --from P"] },
  check: { schema: ["check!"], failing: ["check!"], words: ["check --schema P!"] },
  report: { failing: ["report --out /dev/null!"], words: ["report --format P!", "report --at P!"] },
  dump: { schema: ["dump~!"], words: ["dump --schema P/P!"] },
  sandbox: { names: ["sandbox!"], words: ["sandbox --server P!", "sandbox --seed P!"] },
  edit: { words: ["edit P!"] },
  completion: { words: ["completion P!"] },
};

const EDITED = { "0001_a.up.sql": `-- ${POISON}\nCREATE TABLE a (id INT);` };
const FILES = {
  "0001_a.up.sql": `-- old ${POISON}\nCREATE TABLE a (id INT);`,
  "0001_a.down.sql": `-- old ${POISON}\nDROP TABLE a;`,
};

interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  query(sql: string): Promise<void>;
}

const prepare: Readonly<Record<Source, (place: Place) => Promise<Readonly<Record<string, string>>>>> = {
  async history({ folder, env, query }) {
    write(folder, FILES);
    await applied(folder, env);
    for (const column of ["name", "os_user", "host", "db_user", "reason"]) {
      await query(`UPDATE migration_history SET ${column} = '${POISON}'`);
    }
    write(folder, { "0001_a.up.sql": "CREATE TABLE a (id INT);" });
    return {};
  },
  async modified({ folder, env }) {
    write(folder, FILES);
    await applied(folder, env);
    write(folder, { ...EDITED, "0001_a.down.sql": `-- ${POISON}\nDROP TABLE a, b;` });
    return {};
  },
  async failing({ folder }) {
    const sql = `CREATE TABLE a (id INT);\nSELECT \`${POISON}\`;`;
    write(folder, { "0001_a.up.sql": sql, "0001_a.down.sql": `DROP TABLE a COMMENT '${POISON}';` });
    writeFileSync(join(folder, "sql/schema.sql"), "CREATE TABLE a (id INT);");
    return {};
  },
  async schema({ folder, env, query }) {
    write(folder, { ...EDITED, "0001_a.down.sql": "DROP TABLE a;" });
    await applied(folder, env);
    await query(`ALTER TABLE a COMMENT = '${POISON}'`);
    const sql = `CREATE TABLE a (id INT) COMMENT = 'declared ${POISON}';`;
    writeFileSync(join(folder, "sql/schema.sql"), sql);
    return {};
  },
  async names({ folder }) {
    write(folder, { ...FILES, [`0002_${POISON}.up.sql`]: "DO 1;", [`${POISON}.sql`]: "DO 1;" });
    return {};
  },
  async environment({ folder, env }) {
    write(folder, FILES);
    return { DATABASE_URL: `${env.DATABASE_URL}_${encodeURIComponent(POISON)}` };
  },
  async words({ folder, env }) {
    write(folder, FILES);
    await applied(folder, env);
    return {};
  },
};

for (const source of Object.keys(sources) as Source[]) {
  forEachServer(`nothing that a terminal acts upon is printed: ${sources[source]}`, async (_t, server) => {
    let seen = 0;
    for (const how of ["terminal", "log", "json"] as const) {
      for (const commands of Object.values(rows)) {
        const lines = commands[source] ?? [];
        if (lines.length === 0) continue;
        await withPlace(server, async (place) => {
          const env = { ...place.env, ...(await prepare[source](place)) };
          for (const line of lines) {
            const words = line
              .replace(/[~!]+$/, "")
              .replaceAll("P", POISON)
              .split(" ");
            const printed = await run(
              [...words, ...(how === "json" ? ["--json"] : [])],
              place.folder,
              env,
              how,
            );
            if (how === "log" && line.includes("~")) continue;
            assertHarmless(printed, how, `${line} (${how})`);
            if (!line.endsWith("!")) continue;
            assert.match(printed, VISIBLE, `${line} (${how})`);
            seen += 1;
          }
        });
      }
    }
    assert.ok(seen > 0);
  });
}

forEachServer("SQL that goes into a file or to another program arrives as it is", async (_t, server) => {
  const raw = "\u001b]0;owned\u0007 npm run migrate:up";
  const shown = "\\x1b]0;owned\\x07 npm run migrate:up";
  await withPlace(server, async ({ folder, env, query }) => {
    write(folder, { "0001_a.up.sql": `DO '${raw}';`, "0001_a.down.sql": "DO 1;" });
    await query(`CREATE TABLE a (id INT) COMMENT = '${raw}'`);
    for (const words of [["up", "--dry-run", "--allow-existing"], ["dump"]]) {
      const inFile = await run(words, folder, env, "log");
      assert.ok(inFile.includes(raw), inFile);
      const onTerminal = await run(words, folder, env, "terminal");
      assert.ok(onTerminal.includes(shown), onTerminal);
    }
  });
});

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "sql/migrations", name), text);
}

async function applied(folder: string, env: Readonly<Record<string, string>>): Promise<void> {
  assert.match(await run(["up"], folder, env, "log"), /Applied 1 migration/);
}

type How = "terminal" | "log" | "json";

/** What one command line writes to stdout and stderr. */
async function run(
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
  how: How,
): Promise<string> {
  let printed = "";
  const output = {
    isTTY: how === "terminal",
    columns: 400,
    write(text: string): void {
      printed += text;
    },
  };
  await main(words, { ...env, TERM: "xterm" }, { stdout: output, stderr: output, cwd: () => folder });
  return printed;
}

/** Our own colours, and the way back on our own line. */
const ESC = "\u001b";
const OURS = new RegExp(`${ESC}\\[(?:1|2|22|31|32|33|39)m|\r${ESC}\\[K`, "g");

function assertHarmless(printed: string, how: How, line: string): void {
  const rest = how === "terminal" ? printed.replace(OURS, "") : printed;
  assert.doesNotMatch(rest, /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u, `${line}: ${printed}`);
  assert.notEqual(rest, "", line);
  // One document for the result, and one on a line for each event before it.
  if (how === "json") JSON.parse(printed.slice(printed.search(/^\{$/m)));
}

async function withPlace(server: TestServer, body: (place: Place) => Promise<void>): Promise<void> {
  await withTestDatabase(server, async ({ url }) => {
    const folder = mkdtempSync(join(tmpdir(), "updown-outside-"));
    const connection = await createConnection({ uri: url, charset: "utf8mb4" });
    try {
      mkdirSync(join(folder, "sql/migrations"), { recursive: true });
      const env = {
        DATABASE_URL: url,
        SCRATCH_DATABASE_URL: server.url,
        MIGRATIONS_DIR: join(folder, "sql/migrations"),
        PATH: process.env.PATH ?? "",
      };
      const query = async (sql: string): Promise<void> => void (await connection.query(sql));
      await body({ folder, env, query });
    } finally {
      await connection.end();
      rmSync(folder, { recursive: true });
    }
  });
}
