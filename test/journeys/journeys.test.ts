import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { packedTarball } from "../support/packed";
import { inTurn, testServers, withTestDatabase } from "../support/servers";

// What the documents tell a new user to type is typed here, line by line, in an empty folder where the package is installed as
// npm makes it. A line that is changed there is changed here.

const ROOT = join(__dirname, "../..");

/** A folder where the package is installed; each journey gets a copy of its node_modules. */
let installed = "";
let tarball = "";

before(async () => {
  tarball = await packedTarball();
  installed = mkdtempSync(join(tmpdir(), "updown-journeys-"));
  // For the journeys that are not about the installation.
  writeFileSync(join(installed, "package.json"), JSON.stringify({ name: "installed", private: true }));
  await promisify(execFile)("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], {
    cwd: installed,
  });
});
after(() => rmSync(installed, { recursive: true, force: true }));

interface Journey {
  readonly folder: string;
  readonly url: string;
  /** Runs lines of shell as a person would, and gives what they print. A line that fails ends them. */
  sh(lines: string): Promise<string>;
  /** The same for lines that are to fail; gives what they print. */
  fails(lines: string): Promise<string>;
  write(files: Readonly<Record<string, string>>): void;
  query(sql: string, url?: string): Promise<readonly Record<string, unknown>[]>;
}

async function withJourney(
  at: number,
  programs: Readonly<Record<string, string>>,
  body: (journey: Journey) => Promise<void>,
): Promise<void> {
  // Four journeys, two servers: each server has two.
  const server = testServers().find((each) => inTurn(each, [0, 1, 2, 3]).includes(at));
  assert.ok(server);
  await withTestDatabase(server, async ({ url }) => {
    const folder = mkdtempSync(join(installed, "j"));
    mkdirSync(join(folder, ".bin"));
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(folder, ".bin", name), text);
      chmodSync(join(folder, ".bin", name), 0o755);
    }
    const project = join(folder, "project");
    mkdirSync(project);
    const write = (files: Readonly<Record<string, string>>): void => {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(project, name)), { recursive: true });
        writeFileSync(join(project, name), text);
      }
    };
    write({ "package.json": JSON.stringify({ name: "journey", private: true }) });
    if (at > 0)
      cpSync(join(installed, "node_modules"), join(project, "node_modules"), {
        recursive: true,
        verbatimSymlinks: true,
      });
    const env = {
      // What is installed here is found as `npx` finds it.
      PATH: [join(project, "node_modules/.bin"), join(folder, ".bin"), process.env.PATH].join(delimiter),
      HOME: process.env.HOME,
      DATABASE_URL: url,
      npm_config_prefer_offline: "true",
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
    };
    const bash = (lines: string) =>
      promisify(execFile)("bash", ["-euo", "pipefail", "-c", fill(lines, url)], { cwd: project, env });
    await body({
      folder: project,
      url,
      write,
      async sh(lines) {
        try {
          const { stdout, stderr } = await bash(lines);
          return stdout + stderr;
        } catch (error) {
          const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
          throw new Error(`${message}\n${stdout}\n${stderr}`);
        }
      },
      async fails(lines) {
        const failed = await bash(lines).then(
          () => null,
          (error: Error & { stdout: string; stderr: string }) => error,
        );
        assert.ok(failed, `it did not fail: ${lines}`);
        return failed.stdout + failed.stderr;
      },
      async query(sql, at = url) {
        const connection = await createConnection({ uri: at, multipleStatements: true });
        try {
          return (await connection.query(sql))[0] as Record<string, unknown>[];
        } finally {
          await connection.end();
        }
      },
    });
  });
}

/** What stands in the documents for a value of one's own. */
function fill(lines: string, url: string): string {
  return lines
    .replaceAll("mysql://user:password@127.0.0.1:3306/blog", url)
    .replaceAll(/\/path\/to\/mysql-updown-[\d.]+\.tgz/g, tarball);
}

/** The fenced blocks of this language in a section of a document, in order. */
function blocks(path: string, heading: string, language: string): readonly string[] {
  const text = `\n${readFileSync(join(ROOT, path), "utf8")}`;
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const start = text.indexOf(`\n${heading}\n`);
  assert.notEqual(start, -1, `${path} has no section "${heading}"`);
  const rest = text.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, "m"));
  const section = end === -1 ? rest : rest.slice(0, end);
  // In a list a block is indented.
  const found = [...section.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "gm"))];
  const texts = found.map(([, indent = "", block = ""]) =>
    block.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
  assert.ok(texts.length > 0, `${path}, "${heading}" has no ${language} block`);
  return texts;
}

/** Lines of a block that this is about, and all others. */
function parted(block: string, pattern: RegExp): readonly [matching: string, rest: string] {
  const lines = block.split("\n");
  return [
    lines.filter((line) => pattern.test(line)).join("\n"),
    lines.filter((line) => !pattern.test(line)).join("\n"),
  ];
}

test("journey: a new project, as README says", async () => {
  await withJourney(0, {}, async ({ folder, sh, write, query }) => {
    const [install = "", daily = ""] = blocks("README.md", "## Install it in your project", "sh");
    const [packs, rest] = parted(install, /^npm pack\b/);
    assert.notEqual(packs, "", "the package is made in a checkout; here it is made already");
    const first = await sh(rest);
    assert.match(first, /the database is at 0001/);
    const [scripts = ""] = blocks("README.md", "## Install it in your project", "json");
    const before = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    write({ "package.json": JSON.stringify({ ...before, ...JSON.parse(`{${scripts}}`) }) });
    const [creates, others] = parted(daily, /migrate:create/);
    await sh(creates);
    const pair = readdirSync(join(folder, "sql/migrations")).filter((name) => name.includes("add_tea"));
    assert.equal(pair.length, 2);
    for (const name of pair) {
      const sql = name.endsWith(".up.sql") ? "CREATE TABLE tea (id INT);" : "DROP TABLE tea;";
      write({ [`sql/migrations/${name}`]: sql });
    }
    const printed = await sh(`${others}\nnpm run migrate:up`);
    assert.match(printed, /CREATE TABLE tea/);
    assert.deepEqual((await query("SHOW TABLES LIKE 'tea'")).length, 1);
  });
});

/** What `alembic … --sql` prints, but for its commentary. */
const ALEMBIC = `#!/bin/sh
case "$1 $2" in
  "upgrade base:1975ea83b712") cat <<'S'
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 1975ea83b712

CREATE TABLE account (
    id INTEGER NOT NULL AUTO_INCREMENT, 
    PRIMARY KEY (id)
);

INSERT INTO alembic_version (version_num) VALUES ('1975ea83b712');

S
  ;;
  "downgrade 1975ea83b712:base") cat <<'S'
-- Running downgrade 1975ea83b712 -> 

DROP TABLE account;

DELETE FROM alembic_version WHERE alembic_version.version_num = '1975ea83b712';

DROP TABLE alembic_version;

S
  ;;
  "upgrade 1975ea83b712:ae1027a6acf") cat <<'S'
-- Running upgrade 1975ea83b712 -> ae1027a6acf

ALTER TABLE account ADD COLUMN email VARCHAR(100);

UPDATE alembic_version SET version_num='ae1027a6acf' WHERE alembic_version.version_num = '1975ea83b712';

S
  ;;
  "downgrade ae1027a6acf:1975ea83b712") cat <<'S'
-- Running downgrade ae1027a6acf -> 1975ea83b712

ALTER TABLE account DROP COLUMN email;

UPDATE alembic_version SET version_num='1975ea83b712' WHERE alembic_version.version_num = 'ae1027a6acf';

S
  ;;
  *) echo "alembic: $*" >&2; exit 1 ;;
esac
`;

test("journey: from Alembic, as moving-from.md says", async () => {
  await withJourney(1, { alembic: ALEMBIC }, async ({ folder, sh, fails, query }) => {
    await query(
      "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)); INSERT INTO alembic_version VALUES ('ae1027a6acf'); CREATE TABLE account (id INTEGER NOT NULL AUTO_INCREMENT, email VARCHAR(100), PRIMARY KEY (id)); INSERT INTO account VALUES (1, 'a@example.com')",
    );
    await sh("mkdir -p sql/migrations");
    const [exports = "", ...rest] = blocks("docs/moving-from.md", "## Alembic and Flask-Migrate", "sh");
    await sh(exports);
    assert.match(await fails("mysql-updown up"), /stamp --from alembic/);
    for (const block of rest) await sh(block);
    for (const name of readdirSync(join(folder, "sql/migrations"))) {
      const text = readFileSync(join(folder, "sql/migrations", name), "utf8");
      assert.doesNotMatch(text, /alembic_version/, name);
      assert.match(text, /account/, name);
    }
    assert.match(await fails("mysql-updown upgrade head"), /here: .*mysql-updown up/);
    assert.match(await sh("mysql-updown verify"), /2 proven/);
    assert.equal((await query("SELECT COUNT(*) AS n FROM account"))[0]?.n, 1);
  });
});

test("journey: forty tables and no migrations, as moving-from.md says", async () => {
  await withJourney(2, {}, async ({ sh, fails, query, url, write }) => {
    const tables = Array.from({ length: 40 }, (_, at) =>
      at === 0
        ? "CREATE TABLE t0 (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'x')"
        : `CREATE TABLE t${at} (id INT PRIMARY KEY, t INT, KEY (t), CONSTRAINT fk${at} FOREIGN KEY (t) REFERENCES t${at - 1} (id))`,
    );
    const others = [
      "CREATE VIEW v AS SELECT id FROM t0",
      "CREATE TRIGGER tr BEFORE INSERT ON t0 FOR EACH ROW SET NEW.name = UPPER(NEW.name)",
      "CREATE PROCEDURE p() SELECT COUNT(*) FROM t0",
    ];
    for (const statement of [...tables, ...others]) await query(statement);
    write({
      "sql/migrations/0001_x.up.sql": "CREATE TABLE t0 (id INT);",
      "sql/migrations/0001_x.down.sql": "DROP TABLE t0;",
    });
    assert.match(await fails("mysql-updown up"), /baseline/);
    await sh("rm -r sql");
    const [baseline = "", stamp = ""] = blocks("docs/moving-from.md", "## A baseline", "sh");
    assert.match(await sh(baseline), /Recorded 0001 as applied/);
    assert.match(await sh("mysql-updown up && mysql-updown check"), /as the migrations say/);
    // Another database that has this schema.
    const other = `${url}_other`;
    const name = other.slice(other.lastIndexOf("/") + 1);
    try {
      await query(`CREATE DATABASE ${name}`);
      for (const statement of [...tables, ...others]) await query(statement, other);
      assert.match(
        await sh(`export DATABASE_URL=${other}\n${stamp}\nmysql-updown check`),
        /as the migrations say/,
      );
    } finally {
      await query(`DROP DATABASE ${name}`);
    }
  });
});

test("journey: a program's tests, as testing.md says", async () => {
  await withJourney(3, {}, async ({ folder, sh, write }) => {
    const [scripts = ""] = blocks("docs/testing.md", "## From a program", "json");
    const before = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    write({
      "package.json": JSON.stringify({ ...before, ...JSON.parse(scripts) }),
      "sql/migrations/0001_users.up.sql":
        "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE);",
      "sql/migrations/0001_users.down.sql": "DROP TABLE users;",
    });
    for (const heading of ["## From a program", "### node:test"]) {
      const [block = ""] = blocks("docs/testing.md", heading, "js");
      const [, name = "", code = ""] = /^\/\/ (\S+)\n([\s\S]*)$/.exec(block) ?? [];
      assert.notEqual(name, "", heading);
      write({ [name]: code });
    }
    assert.match(await sh("npm test 2>&1"), /^# pass 2$/m);
    const [command = ""] = blocks("docs/testing.md", "# Testing against a real database", "sh");
    assert.match(await sh(command), /^# pass 2$/m);
  });
});
