import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem } from "../../src/errors";
import { databaseOfUrl, filesIn, parseDatabases } from "../../src/settings/databases";
import { readServerSettings } from "../../src/settings/settings";

const FILES = new Map([
  ["tenants.txt", "a\r\n\n  b c \n100%\nd,e\nmysql://u:s3cret@h/x\n"],
  ["empty.txt", "\n \n"],
  ["wrong.txt", `ok\n${"x".repeat(65)}\n`],
  ["-", "in"],
]);

/** Names as they are, patterns with `~` before them, URLs as `place>url`; or the messages of what is wrong. */
const LISTS: readonly (readonly [list: string, found: readonly string[]])[] = [
  ["a", ["a"]],
  [" a , b,,c ", ["a", "b", "c"]],
  // An underscore alone makes no pattern: most names have one.
  ["tenant_1", ["tenant_1"]],
  ["tenant_%,\\%", ["~tenant_%", "~\\%"]],
  ["a`b'c\"d", ["a`b'c\"d"]],
  [
    "staging,@tenants.txt,z",
    ["staging", "a", "b c", "100%", "d,e", "tenants.txt, line 6>mysql://u:s3cret@h/x", "z"],
  ],
  ["@-", ["in"]],
  ["", []],
  [
    "a,mysql://u:s3cret@h/x",
    ["! LIST has a URL in it, which may hold a password that everyone on this machine can see."],
  ],
  [
    "jdbc:mysql://u:s3cret@h/x",
    ["! LIST has a URL in it, which may hold a password that everyone on this machine can see."],
  ],
  ["@empty.txt", ["! empty.txt names no database."]],
  ["@wrong.txt", ["! wrong.txt, line 2: the database's name is longer than 64 characters."]],
  ["a😀", ["! LIST: the database's name has a character beyond U+FFFF, which MySQL does not allow."]],
];

test("a list of databases has names, patterns and files", () => {
  for (const [list, expected] of LISTS) {
    const problems: Problem[] = [];
    const found = parseDatabases("LIST", list, FILES, problems).map((one) => {
      if (one.kind === "name") return one.name;
      return one.kind === "pattern" ? `~${one.pattern}` : `${one.place}>${one.url}`;
    });
    const messages = problems.map(({ message }) => `! ${message}`);
    assert.deepEqual(messages.length > 0 ? messages : found, expected, list);
    assert.doesNotMatch(JSON.stringify(problems), /s3cret/);
  }
  assert.deepEqual(filesIn("a, @b,@-"), ["b", "-"]);
});

const BASE = "mysql://base:pw@base-host:3310/?ssl-mode=required";

/** What the settings say, what the line says, and `user:password@where/database mode`, or what is wrong with it. */
const URLS: readonly (readonly [base: string | null, line: string, expected: string])[] = [
  [null, "mysql://u:p@h/d", "u:p@h:3306/d preferred"],
  [BASE, "mysql://u:p@h:1/d", "u:p@h:1/d required"],
  [BASE, "mysql://u:p@h/d?ssl-mode=disabled", "u:p@h:3306/d disabled"],
  [BASE, "mysql://h/d", "base:pw@h:3306/d required"],
  [BASE, "mysql://base@h/d", "base:pw@h:3306/d required"],
  // Somebody else's password is not sent.
  [BASE, "mysql://u@h/d", "u:@h:3306/d required"],
  [BASE, "mysql://u:@h/d", "u:@h:3306/d required"],
  [BASE, "mysql://u:p@/d?socket=/s", "u:p@/s/d required"],
  [null, "mysql://h/d", "! LINE names no user, and MYSQL_USER is not set."],
  [BASE, "mysql://u:p@h/", "! LINE names no database."],
  [BASE, "postgres://u:s3cret@h/d", "! LINE is a URL for postgres://, not for MySQL or MariaDB."],
];

test("a URL in a list is completed from the settings", () => {
  for (const [base, line, expected] of URLS) {
    const problems: Problem[] = [];
    const env = base === null ? {} : { DATABASE_URL: base };
    const { server } = readServerSettings({ dir: null, table: null }, env);
    const found = databaseOfUrl(line, "LINE", server, problems);
    const { user, password, host, port, socket, database, ssl } = found?.database ?? {};
    const spelled = `${user}:${password}@${socket ?? `${host}:${port}`}/${database} ${ssl?.mode}`;
    assert.equal(found === null ? problems.map(({ message }) => `! ${message}`).join() : spelled, expected);
    if (found === null) continue;
    assert.equal(found.label, `${socket ?? `${host}:${port}`}/${database}`);
    if (password !== "") assert.doesNotMatch(JSON.stringify(found), new RegExp(`"${password}"`));
  }
});

/** The environment, and the server's database; null: no server. */
const SERVERS: readonly (readonly [env: Readonly<Record<string, string>>, database: string | null])[] = [
  [{}, null],
  [{ DATABASE_URL: "mysql://u@h/" }, ""],
  [{ DATABASE_URL: "mysql://u@h/d" }, "d"],
  [{ MYSQL_HOST: "h", MYSQL_USER: "u" }, ""],
  [{ MYSQL_HOST: "h", MYSQL_USER: "u", MYSQL_DATABASE: "d" }, "d"],
  [{ DATABASE_URL: "mysql://u@h/", MYSQL_DATABASE: "d" }, "d"],
];

test("where databases are named elsewhere the server's own may be left out", () => {
  for (const [env, expected] of SERVERS) {
    const { server } = readServerSettings({ dir: null, table: null }, env);
    assert.equal(server?.database ?? null, expected, JSON.stringify(env));
  }
});
