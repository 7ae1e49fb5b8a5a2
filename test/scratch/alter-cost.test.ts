import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { introspect } from "../../src/schema/introspect";
import { type AlterCost, costOfAlter } from "../../src/scratch/alter-cost";
import { readTableIds } from "../../src/server/innodb-tables";
import type { Session } from "../../src/server/session";
import { forEachServer, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";

const TABLES = [
  "CREATE TABLE p (id INT PRIMARY KEY, v INT NOT NULL, UNIQUE (v))",
  `CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(20) NOT NULL DEFAULT '', c VARCHAR(300), d TEXT,
    e ENUM('x','y'), n INT NOT NULL DEFAULT 3, KEY ka (a), UNIQUE kb (b, id), CONSTRAINT chk CHECK (a < 100)) CHARSET=utf8mb4`,
  "CREATE TABLE f (id INT PRIMARY KEY AUTO_INCREMENT, d TEXT, FULLTEXT (d))",
  "CREATE TABLE m (id INT PRIMARY KEY AUTO_INCREMENT, d TEXT) ENGINE=MyISAM",
  "CREATE TABLE k (id INT PRIMARY KEY AUTO_INCREMENT, v INT, CONSTRAINT kp FOREIGN KEY (v) REFERENCES p (v))",
  `CREATE TABLE r (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY) PARTITION BY RANGE (id)
    (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (2000))`,
];
const FILLED = ["t", "f", "m", "k", "r"];

const DOCUMENT = readFileSync(join(__dirname, "../../docs/lint.md"), "utf8");

/** The rows of the document's table. */
const ROWS = [...DOCUMENT.matchAll(/^\| `(.+?)` \| (.+?) \| (.+?) \|$/gm)].flatMap(
  ([, sql = "", mysql = "", mariadb = ""]) =>
    /^(ALTER|CREATE|DROP) /.test(sql) ? [{ sql, mysql, mariadb }] : [],
);

function describe(cost: AlterCost | null): string {
  if (cost === null) return "refused";
  return [
    cost.algorithm ?? "–",
    ...(cost.rebuilds ? ["rebuilds"] : []),
    ...(cost.waits === "nothing" ? [] : [`${cost.waits} wait`]),
    ...(cost.withRow ? [] : ["asked empty"]),
  ].join(", ");
}

function tableOf(sql: string): string {
  return /(?:TABLE|ON) (\w)\b/.exec(sql)?.[1] ?? "";
}

/** Whether a table of many rows is written anew when it is altered. */
async function rebuildsReally(session: Session, database: string, sql: string): Promise<boolean> {
  const table = tableOf(sql);
  const before = await readTableIds(session, [{ database, name: table }]);
  await session.run(sql);
  const name = /RENAME TO (\w+)/.exec(sql)?.[1] ?? table;
  const after = await readTableIds(session, [{ database, name }]);
  const known = new Set((before[0] ?? "").split(", ").map((part) => part.replace(/^.*=/, "")));
  const kept = (after[0] ?? "").split(", ").filter((part) => known.has(part.replace(/^.*=/, "")));
  return kept.length === 0;
}

async function fill(session: Session): Promise<void> {
  await runAll(session, TABLES);
  await session.run("INSERT INTO p VALUES (1, 1)");
  for (const table of FILLED) {
    await session.run(`INSERT INTO ${table} () VALUES ()`);
    for (let doubled = 0; doubled < 6; doubled++) {
      const column = { t: "c", k: "v", r: "id" }[table] ?? "d";
      const from = table === "r" ? "NULL" : column;
      await session.run(`INSERT INTO ${table} (${column}) SELECT ${from} FROM ${table}`);
    }
  }
}

forEachServer(
  "what the server says of a copy with one row is what it does to a table of many",
  async (t, server) => {
    assert.ok(ROWS.length >= 40, `${ROWS.length} rows`);
    await withTestDatabase(server, (one) =>
      withTestDatabase(server, (two) =>
        withTestSession(server, one.name, (session) =>
          withTestSession(server, two.name, async (probe) => {
            await fill(session);
            const schema = await introspect(session, one.name);
            for (const row of ROWS) {
              await t.test(row.sql, async () => {
                const question = { text: row.sql, table: tableOf(row.sql), schema, database: one.name };
                const cost = await costOfAlter(probe, question);
                if (process.env.PRINT_COSTS)
                  console.log(`COST ${server.family} ${row.sql} => ${describe(cost)}`);
                else assert.equal(describe(cost), row[server.family]);
                assert.deepEqual(await probe.query("SHOW TABLES"), []);
              });
            }
            for (const row of ROWS) {
              if (
                /^(–|refused)|ENGINE=|^m/.test(row[server.family]) ||
                tableOf(row.sql) === "m" ||
                tableOf(row.sql) === "r"
              )
                continue;
              await t.test(`really: ${row.sql}`, async () => {
                await withTestDatabase(server, (real) =>
                  withTestSession(server, real.name, async (own) => {
                    await fill(own);
                    const rebuilt = await rebuildsReally(own, real.name, row.sql);
                    if (!process.env.PRINT_COSTS)
                      assert.equal(rebuilt, row[server.family].includes("rebuilds"));
                  }),
                );
              });
            }
          }),
        ),
      ),
    );
  },
);
