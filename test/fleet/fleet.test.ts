import assert from "node:assert/strict";
import { join } from "node:path";
import { createLike } from "../../src/server/databases";
import { type Printed, runLine, statesOf, withDatabases } from "../support/fleet";
import { untilRunning } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

/** The second migration fails where a table `b` is in its way. */
const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (n INT);\nINSERT INTO a VALUES (0);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": "CREATE TABLE b (n INT);\nUPDATE a SET n = n + 1;",
  "0002_b.down.sql": "DROP TABLE b;",
};

const ALLOWED = { MIGRATE_ALLOW_EXISTING: "1" };

forEachServer(
  "one that fails in the middle stops what is not begun, and a re-run goes on",
  async (_, server) => {
    await withDatabases(server, ["1", "2", "3", "4", "5"], async ({ prefix, pattern, env, ask }) => {
      await withMigrations(FILES, async (dir) => {
        await ask("3", "CREATE TABLE b (n INT)");
        const words = ["up", "--databases", pattern, "--parallel", "1", "--dir", dir];
        const first = await runLine([...words, "--json"], { ...env, ...ALLOWED });
        assert.equal(first.code, 2, first.stderr);
        assert.deepEqual(statesOf(first, prefix), [
          ["1", "applied"],
          ["2", "applied"],
          ["3", "failed"],
          ["4", "not begun"],
          ["5", "not begun"],
        ]);
        const { databases, ...sums } = JSON.parse(first.stdout) as Printed;
        const goOn = `mysql-updown up --databases '${pattern}' --parallel 1 --dir ${dir} --json`;
        assert.deepEqual(sums, { total: 5, done: 2, failed: 1, notBegun: 2, goOn });
        const { from, to, migrations, error, result } = databases[2] ?? {};
        assert.deepEqual([from, to, migrations, error?.code, result], [null, 1, 1, "statement-failed", null]);
        const events = first.stderr
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        const applied = events.filter(({ event }) => event === "step-done");
        assert.deepEqual(
          applied.map(({ database, version }) => `${String(database).replace(prefix, "")}: ${version}`),
          ["1: 1", "1: 2", "2: 1", "2: 2", "3: 1"],
        );
        const ended = events.filter(({ event }) => event === "database-done");
        assert.deepEqual(
          ended.map((event) => event.ended),
          [1, 2, 3],
        );

        const shown = await runLine(words, env);
        assert.equal(shown.code, 2);
        assert.match(shown.stdout, /^2 of 5 databases done, 1 failed, 2 not begun\.$/m);
        assert.match(
          shown.stdout,
          new RegExp(`^${prefix}3: 0002_b\\.up\\.sql:1:1: statement 1 of 2: .*exists`, "m"),
        );
        assert.match(shown.stderr, new RegExp(`^3 of 5 {2}${prefix}3: failed: 0002_b`, "m"));

        await ask("3", "DROP TABLE b");
        const again = await runLine([...words, "--json"], { ...env, ...ALLOWED });
        assert.equal(again.code, 0, again.stdout);
        assert.deepEqual(statesOf(again, prefix), [
          ["1", "nothing to do"],
          ["2", "nothing to do"],
          ["3", "applied"],
          ["4", "applied"],
          ["5", "applied"],
        ]);
        for (const suffix of ["1", "3", "5"])
          assert.deepEqual(await ask(suffix, "SELECT n FROM a"), [{ n: 1 }]);

        const down = await runLine(["down", "--to", "0", ...words.slice(1), "--json"], env);
        assert.deepEqual(
          [down.code, new Set(statesOf(down, prefix).map(([, state]) => state))],
          [0, new Set(["reverted"])],
        );
      });
    });
  },
);

/** Databases in order, those that fail, options; and what became of each. */
const LIMITS = [
  { fail: ["1"], options: "", outcomes: "failed, not-begun, not-begun, not-begun" },
  { fail: ["2"], options: "--canary 2 --max-failures 9", outcomes: "done, failed, not-begun, not-begun" },
  { fail: ["2"], options: "--parallel 1 --max-failures 2", outcomes: "done, failed, done, done" },
  {
    fail: ["1", "2"],
    options: "--canary 0 --parallel 1 --max-failures 2",
    outcomes: "failed, failed, not-begun, not-begun",
  },
  { fail: ["1"], options: "--dry-run", outcomes: "done, done, done, done" },
] as const;

forEachServer("a canary that fails stops all, and so do so many failures", async (_, server) => {
  for (const { fail, options, outcomes } of LIMITS) {
    await withDatabases(server, ["1", "2", "3", "4"], async ({ pattern, env, ask }) => {
      await withMigrations(FILES, async (dir) => {
        for (const suffix of fail) await ask(suffix, "CREATE TABLE b (n INT)");
        const rest = options.split(" ").filter((word) => word !== "");
        const words = ["up", "--databases", pattern, "--dir", dir, "--json", ...rest];
        const { code, stdout } = await runLine(words, { ...env, ...ALLOWED });
        const { databases } = JSON.parse(stdout) as Printed;
        assert.equal(databases.map(({ outcome }) => outcome).join(", "), outcomes, options);
        assert.equal(code, outcomes.includes("failed") ? 2 : 0);
      });
    });
  }
});

/** What a name may hold that means something to SQL, to a pattern, to a shell or to a list. */
const ODD = ["a b", "b`c", "d'e\"f", "g%h", "i_j", "k,l", "ü€名", "m\\n", "o.p", "@q", "$(r)"];

forEachServer("names are taken as they are, whatever is in them", async (_, server) => {
  await withDatabases(server, ODD, async ({ prefix, pattern, env, ask }) => {
    const files = { ...FILES, "tenants.txt": ODD.map((suffix) => prefix + suffix).join("\n") };
    await withMigrations(files, async (dir) => {
      const list = `@${join(dir, "tenants.txt")}`;
      const up = await runLine(["up", "--databases", list, "--dir", dir, "--json"], env);
      assert.equal(up.code, 0, up.stdout);
      assert.deepEqual(
        statesOf(up, prefix),
        ODD.map((suffix) => [suffix, "applied"]),
      );
      for (const suffix of ODD) assert.deepEqual(await ask(suffix, "SELECT n FROM a"), [{ n: 1 }]);
      const status = await runLine(
        ["status", "--check", "--databases", pattern, "--dir", dir, "--json"],
        env,
      );
      assert.equal(status.code, 0);
      assert.deepEqual(
        statesOf(status, prefix).map(([suffix]) => suffix),
        [...ODD].sort(),
      );
      const piped = { stdin: `${prefix}b\`c\n` };
      const history = await runLine(["history", "--databases", "@-", "--dir", dir, "--json"], env, piped);
      assert.deepEqual(statesOf(history, prefix), [["b`c", "2 lines"]]);
    });
  });
  const refused = await runLine(["status", "--databases", "a😀"], { DATABASE_URL: server.url });
  assert.deepEqual([refused.code, refused.stdout], [2, ""]);
  assert.match(refused.stderr, /the database's name has a character beyond U\+FFFF/);
});

const SUFFIXES = ["a_1", "ab1", "a%1", "b_1", "B_1", "a+1", "😀".slice(0, 0), "(.*)"];
const PATTERNS = [
  "%",
  "a_1%",
  "a\\_1%",
  "a\\%_%",
  "_\\_1%",
  "(.*)%",
  "A%",
  "%1",
  "nothing%",
  "a+%",
  "\\a%",
  "%\\",
];

forEachServer("a pattern finds what the server finds with it", async (_, server) => {
  const asked = server.family === "mysql" ? SUFFIXES : SUFFIXES.filter((suffix) => suffix !== "B_1");
  await withDatabases(server, asked, async ({ prefix, ask }) => {
    const start = prefix.replaceAll("_", "\\_");
    for (const pattern of PATTERNS) {
      const whole = pattern === "%" ? `${start}%` : start + pattern;
      const rows = await ask("a_1", `SHOW DATABASES LIKE ${escaped(whole)}`);
      const matches = createLike(whole, false);
      const found = asked.map((suffix) => prefix + suffix).filter(matches);
      assert.deepEqual(found.sort(), rows.map((row) => String(Object.values(row)[0])).sort(), pattern);
    }
  });
});

function escaped(text: string): string {
  return `'${text.replaceAll("\\", "\\\\")}'`;
}

forEachServer(
  "which databases there are is asked with patterns and with a query, and nothing is none",
  async (_, server) => {
    await withDatabases(server, ["a", "b", "list"], async ({ prefix, pattern, env, ask }) => {
      await ask("list", "CREATE TABLE tenant (id INT, name VARCHAR(64), active INT)");
      await ask(
        "list",
        `INSERT INTO tenant VALUES (1, '${prefix}b', 1), (2, '${prefix}a', 1), (3, 'gone', 0), (4, NULL, 2)`,
      );
      const url = { DATABASE_URL: `${env.DATABASE_URL}${prefix}list` };
      await withMigrations(FILES, async (dir) => {
        const run = async (words: readonly string[], more: Readonly<Record<string, string>>) => {
          const ran = await runLine(["current", "--dir", dir, "--json", ...words], { ...url, ...more });
          if (ran.code !== 0) return (JSON.parse(ran.stdout) as { error: { code: string } }).error.code;
          return statesOf(ran, prefix).map(([suffix]) => suffix);
        };
        const select = "SELECT name FROM tenant WHERE active =";
        assert.deepEqual(await run(["--databases-query", `${select} 1 ORDER BY id`], {}), ["b", "a"]);
        assert.equal(await run(["--databases-query", `${select} 9`], {}), "unknown-database");
        assert.equal(await run(["--databases-query", `${select} 2`], {}), "usage");
        assert.equal(await run(["--databases-query", "SELECT name, id FROM tenant"], {}), "usage");
        assert.equal(await run(["--databases-query", "SELECT nothing"], {}), "server-error");
        assert.deepEqual(await run([], { MIGRATE_DATABASES: `${prefix}b,${pattern}` }), ["b", "a", "list"]);
        assert.deepEqual(await run(["--databases", `${prefix}a`], { MIGRATE_DATABASES: pattern }), ["a"]);
        assert.equal(await run(["--databases", `${prefix}nothing%`], {}), "unknown-database");
        assert.equal(await run(["--databases", pattern, "--databases-query", "SELECT 1"], {}), "usage");
        assert.equal(await run(["--parallel", "2"], {}), "usage");
        assert.equal(await run(["--databases", "@/nowhere"], {}), "bad-setting");
        assert.equal(await run(["--databases", "@-"], {}), "bad-setting");
      });
    });
  },
);

forEachServer("a database that is gone when it is its turn fails by itself", async (_, server) => {
  await withDatabases(server, ["1", "2", "3"], async ({ prefix, pattern, env }) => {
    const files = {
      ...FILES,
      "0003_c.up.sql": `DROP DATABASE IF EXISTS ${prefix}2;`,
      "0003_c.down.sql": "-- Gone.",
    };
    await withMigrations(files, async (dir) => {
      const words = ["up", "--databases", pattern, "--max-failures", "2", "--dir", dir, "--json"];
      const first = await runLine(words, env);
      assert.equal(first.code, 2);
      const { databases } = JSON.parse(first.stdout) as Printed;
      assert.deepEqual(
        databases.map(({ state, error }) => error?.code ?? state),
        ["applied", "unknown-database", "applied"],
      );
      // It is not listed any more.
      assert.equal((await runLine(words, env)).code, 0);
    });
  });
});

forEachServer(
  "asked to stop, those under way end their statements, and a re-run goes on there",
  async (_, server) => {
    const files = {
      "0001_x.up.sql": "CREATE TABLE a (id INT) SELECT SLEEP(2) AS id;\nCREATE TABLE b (id INT);",
      "0001_x.down.sql": "DROP TABLE b;\nDROP TABLE a;",
    };
    await withDatabases(server, ["1", "2", "3", "4"], async ({ prefix, pattern, env, ask }) => {
      await withMigrations(files, async (dir) => {
        const stop = new AbortController();
        const words = [
          "up",
          "--databases",
          pattern,
          "--canary",
          "0",
          "--parallel",
          "2",
          "--dir",
          dir,
          "--json",
        ];
        const run = runLine(words, env, { signal: stop.signal });
        for (const suffix of ["1", "2"])
          await untilRunning(`${env.DATABASE_URL}${prefix}${suffix}`, "CREATE TABLE a");
        stop.abort();
        const stopped = await run;
        assert.equal(stopped.code, 2);
        assert.deepEqual(statesOf(stopped, prefix), [
          ["1", "interrupted"],
          ["2", "interrupted"],
          ["3", "not begun"],
          ["4", "not begun"],
        ]);
        assert.equal(stopped.stderr.match(/"stopping"/g)?.length, 1);
        for (const suffix of ["1", "2"]) {
          const [row] = await ask(suffix, "SELECT statements_done AS done FROM migration_history");
          assert.equal(row?.done, 1);
        }
        const again = await runLine(words, env);
        assert.equal(again.code, 0);
        assert.equal(again.stderr.match(/"resumedAt":1/g)?.length, 2);
      });
    });
  },
);

forEachServer("two fleets at once do everything once, and both exit 0", async (_, server) => {
  await withDatabases(server, ["1", "2", "3", "4"], async ({ pattern, env, ask }) => {
    await withMigrations(FILES, async (dir) => {
      const words = ["up", "--databases", pattern, "--dir", dir, "--json"];
      const both = await Promise.all([runLine(words, env), runLine([...words, "--canary", "0"], env)]);
      assert.deepEqual(
        both.map(({ code }) => code),
        [0, 0],
        both.map(({ stdout }) => stdout).join("\n"),
      );
      for (const suffix of ["1", "2", "3", "4"]) {
        assert.deepEqual(await ask(suffix, "SELECT n FROM a"), [{ n: 1 }]);
        assert.deepEqual(await ask(suffix, "SELECT COUNT(*) AS lines_ FROM migration_history"), [
          { lines_: 2 },
        ]);
      }
    });
  });
});

forEachServer(
  "URLs in a file are databases of other accounts, whose passwords nobody sees",
  async (_, server) => {
    await withDatabases(server, ["a", "b"], async ({ prefix, env, ask }) => {
      const user = `u${prefix.slice(1, -1)}`;
      const secret = `S3cret-${prefix}`;
      await ask("a", `CREATE USER '${user}'@'%' IDENTIFIED BY '${secret}'`);
      try {
        await ask("a", `GRANT ALL ON \`${prefix}a\`.* TO '${user}'@'%'`);
        const at = `${server.host}:${server.port}`;
        const lines = [
          `mysql://${user}:${secret}@${at}/${prefix}a`,
          `${prefix}b`,
          `mysql://${user}:${secret}@${at}/${prefix}b`,
          `mysql://${user}:${secret}x@${at}/${prefix}c`,
        ];
        await withMigrations({ ...FILES, list: lines.join("\n") }, async (dir) => {
          for (const more of [[], ["--json"]]) {
            const words = [
              "up",
              "--databases",
              `@${join(dir, "list")}`,
              "--canary",
              "0",
              "--dir",
              dir,
              ...more,
            ];
            const { code, stdout, stderr } = await runLine(words, env);
            assert.equal(code, 2);
            assert.doesNotMatch(stdout + stderr, new RegExp(secret));
            if (more.length === 0) continue;
            const { databases } = JSON.parse(stdout) as Printed;
            assert.deepEqual(
              databases.map(({ database, error }) => [database, error?.code ?? null]),
              [
                [`${at}/${prefix}a`, null],
                [`${prefix}b`, null],
                // The third names the second one once more, by another account.
                [`${at}/${prefix}c`, "access-denied"],
              ],
            );
          }
        });
      } finally {
        await ask("a", `DROP USER '${user}'@'%'`);
      }
    });
  },
);

forEachServer(
  "exit codes are those of the worst, and what is wrong with all is told once",
  async (_, server) => {
    await withDatabases(server, ["1", "2"], async ({ pattern, env }) => {
      await withMigrations(FILES, async (dir) => {
        const run = async (verb: string, more: Readonly<Record<string, string>> = {}) =>
          await runLine([...verb.split(" "), "--databases", pattern, "--dir", dir], { ...env, ...more });
        assert.equal((await run("status")).code, 0);
        assert.equal((await run("status --check")).code, 1);
        assert.equal((await run("up --dry-run")).code, 0);
        const relative = await run("up --steps 1");
        assert.equal(relative.code, 2);
        assert.match(relative.stderr, /^--steps 1 says how far to go, and not where to end up/);
        assert.equal((await run("down --to -1")).code, 2);
        const without = await run("down");
        assert.deepEqual([without.code, without.stdout], [2, ""]);
        assert.match(without.stderr, /^down needs a target/);
        assert.equal((await run("up --to 1")).code, 0);
        const production = await run("down --to 0", { MIGRATE_ENV: "production" });
        assert.equal(production.code, 2);
        assert.match(production.stderr, /^The databases are marked production/);
        const listed = await run("up other");
        assert.match(listed.stderr, /^"other" is not a version\.\n.*one list, with commas/s);
        assert.equal((await run("down --to 0 --yes", { MIGRATE_ENV: "production" })).code, 0);
      });
      await withMigrations({ "0001_a.up.sql": "SELECT 1;" }, async (dir) => {
        const refused = await runLine(["up", "--databases", pattern, "--dir", dir], env);
        assert.deepEqual([refused.code, refused.stdout], [2, ""]);
        assert.match(refused.stderr, /^0001_a\.up\.sql has no 0001_a\.down\.sql beside it/);
      });
      await withTestDatabase(server, async ({ url }) => {
        // Other verbs work on the one database of the settings.
        const redo = await runLine(["redo", "--databases", pattern], { DATABASE_URL: url });
        assert.match(redo.stderr, /^redo has no option --databases/);
      });
    });
  },
);
