import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { RefusedError } from "../../src/errors";
import { readOnlineSettings } from "../../src/settings/online";
import {
  readFolderSettings,
  readSettings,
  type Settings,
  settingsFromOptions,
} from "../../src/settings/settings";

const NO_FLAGS = { dir: null, table: null };
const SECRET = "s3cr3t";
const SHAPE = "mysql://user:password@host:port/database";
const NO_TLS = { mode: "preferred", ca: null, cert: null, key: null };

const folder = mkdtempSync(join(tmpdir(), "mysql-updown-config-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Settings as plain data, password and all, but for how it is read anew. */
function plain(settings: Settings): unknown {
  const { passwordNow: _, ...database } = settings.database;
  return { ...settings, database };
}

type Env = Record<string, string>;

const base = {
  host: "db",
  port: 3306,
  socket: null,
  user: "app",
  password: "",
  database: "blog",
  ssl: NO_TLS,
};
const settings = (database: object, rest: object = {}): unknown => ({
  database: { ...base, ...database },
  dir: "sql/migrations",
  table: "migration_history",
  waitMs: 0,
  online: readOnlineSettings({}, []),
  ...rest,
});

const accepted: Array<[name: string, env: Env, expected: unknown]> = [
  ["a whole URL", { DATABASE_URL: "mysql://app:pw@db:3307/blog" }, settings({ port: 3307, password: "pw" })],
  ["no password, no port", { DATABASE_URL: "mysql://app@db/blog" }, settings({})],
  ["mariadb://", { DATABASE_URL: "mariadb://app@db/blog" }, settings({})],
  ["scheme in capitals", { DATABASE_URL: "MySQL://app@db/blog" }, settings({})],
  [
    "percent-decoding",
    { DATABASE_URL: "mysql://a%40b:p%3A%2F%3F%23%25@db/bl%C3%B6g" },
    settings({ user: "a@b", password: "p:/?#%", database: "blög" }),
  ],
  ["+ is not a space", { DATABASE_URL: "mysql://app:a+b@db/blog" }, settings({ password: "a+b" })],
  ["@ and : in a password", { DATABASE_URL: "mysql://app:a@b:c@db/blog" }, settings({ password: "a@b:c" })],
  [
    "several servers of one cluster",
    { DATABASE_URL: "mysql://app@one:3307,two,[::1]:3309/blog" },
    settings({
      host: "one",
      port: 3307,
      others: [
        { host: "two", port: 3306 },
        { host: "::1", port: 3309 },
      ],
    }),
  ],
  ["IPv6", { DATABASE_URL: "mysql://app@[::1]:3307/blog" }, settings({ host: "::1", port: 3307 })],
  ["IPv6 without port", { DATABASE_URL: "mysql://app@[fe80::1]/blog" }, settings({ host: "fe80::1" })],
  ["no host is localhost", { DATABASE_URL: "mysql://app@/blog" }, settings({ host: "localhost" })],
  [
    "a socket in the URL",
    { DATABASE_URL: "mysql://app@localhost/blog?socket=/run/mysqld/mysqld.sock" },
    settings({ host: "localhost", socket: "/run/mysqld/mysqld.sock" }),
  ],
  [
    "TLS",
    { DATABASE_URL: "mysql://app@db/blog?ssl-mode=VERIFY_IDENTITY&ssl-ca=/a&ssl-cert=/b&ssl-key=%2Fc" },
    settings({ ssl: { mode: "verify-identity", ca: "/a", cert: "/b", key: "/c" } }),
  ],
  [
    "a CA alone is checked, as the mysql client does",
    { DATABASE_URL: "mysql://app@db/blog?ssl-ca=/a" },
    settings({ ssl: { ...NO_TLS, mode: "verify-ca", ca: "/a" } }),
  ],
  [
    "single settings",
    { MYSQL_HOST: "db", MYSQL_PORT: "3307", MYSQL_USER: "app", MYSQL_PASSWORD: "pw", MYSQL_DATABASE: "blog" },
    settings({ port: 3307, password: "pw" }),
  ],
  [
    "single settings with defaults, an empty password",
    { MYSQL_USER: "app", MYSQL_PASSWORD: "", MYSQL_DATABASE: "blog" },
    settings({ host: "localhost" }),
  ],
  [
    "a socket",
    { MYSQL_SOCKET: "/s", MYSQL_HOST: "localhost", MYSQL_USER: "app", MYSQL_DATABASE: "blog" },
    settings({ host: "localhost", socket: "/s" }),
  ],
  [
    "the URL and single settings complete each other",
    { DATABASE_URL: "mysql://app@db/blog", MYSQL_PASSWORD: "pw", MYSQL_PORT: "3307" },
    settings({ password: "pw", port: 3307 }),
  ],
  [
    "the URL and single settings say the same",
    {
      DATABASE_URL: "mysql://app:pw@db/blog",
      MYSQL_HOST: "db",
      MYSQL_PASSWORD: "pw",
      MYSQL_DATABASE: "blog",
    },
    settings({ password: "pw" }),
  ],
  [
    "from files, one newline dropped",
    {
      DATABASE_URL_FILE: file("url", "mysql://app@db/blog\r\n"),
      MYSQL_PASSWORD_FILE: file("password", " pw\n\n"),
    },
    settings({ password: " pw\n" }),
  ],
  [
    "a patient start",
    { DATABASE_URL: "mysql://app@db/blog", MIGRATE_WAIT: "60" },
    settings({}, { waitMs: 60_000 }),
  ],
  [
    "folder and table",
    { DATABASE_URL: "mysql://app@db/blog", MIGRATIONS_DIR: "m", MIGRATIONS_TABLE: "é".repeat(64) },
    settings({}, { dir: "m", table: "é".repeat(64) }),
  ],
  [
    "variables of a database container, of Kubernetes and of others",
    {
      DATABASE_URL: "mysql://app@db/blog",
      MYSQL_ROOT_PASSWORD: "x",
      MYSQL_RANDOM_ROOT_PASSWORD: "yes",
      MYSQL_ALLOW_EMPTY_PASSWORD: "yes",
      MYSQL_ROOT_HOST: "%",
      MYSQL_INITDB_SKIP_TZINFO: "1",
      MYSQL_VERSION: "8.4",
      MYSQL_MAJOR: "8",
      MYSQL_SERVICE_HOST: "10.0.0.1",
      MYSQL_SERVICE_PORT: "3306",
      MYSQL_PORT: "tcp://10.0.0.1:3306",
      MYSQL_PORT_3306_TCP: "tcp://10.0.0.1:3306",
      MYSQL_HOME: "/opt",
      MYSQL_HISTFILE: "/dev/null",
      MYSQL_PS1: "> ",
      MYSQL_DATABASES: "a,b",
      MYSQL_SSL_CA: "/ca",
      MIGRATIONS_ENABLED: "1",
      MYSQLD_OPTS: "",
    },
    settings({}),
  ],
  [
    "a misspelled variable that says the same",
    { DATABASE_URL: "mysql://app:pw@db/blog", MYSQL_DB: "blog", MYSQL_PWD: "pw", MYSQL_USERNAME: "app" },
    settings({ password: "pw" }),
  ],
];

for (const [name, env, expected] of accepted) {
  test(`settings: ${name}`, () => {
    assert.deepEqual(plain(readSettings(NO_FLAGS, env)), expected);
  });
}

const U = "DATABASE_URL";
const url = (text: string): Env => ({ [U]: text });
const ok = `mysql://app:${SECRET}@db/blog`;
const single = { MYSQL_HOST: "db", MYSQL_USER: "app", MYSQL_DATABASE: "blog" };

const refused: Array<[name: string, env: Env, messages: string[]]> = [
  ["nothing", {}, ["No database is set."]],
  ["garbage", url(`app ${SECRET}`), [`${U} is not a URL.`]],
  ["an empty URL", url(""), [`${U} is set, but empty.`]],
  ["no scheme", url(`app:${SECRET}@db/blog`), [`${U} is not a URL.`]],
  [
    "another scheme",
    url(`postgres://app:${SECRET}@db/blog`),
    [`${U} is a URL for postgres://, not for MySQL or MariaDB.`],
  ],
  [
    "JDBC",
    url(`jdbc:mysql://app:${SECRET}@db/blog`),
    [`${U} is a URL for jdbc:mysql://, not for MySQL or MariaDB.`],
  ],
  ["no database", url(`mysql://app:${SECRET}@db`), [`${U} names no database.`]],
  ["an empty database", url(`mysql://app:${SECRET}@db/?ssl-mode=required`), [`${U} names no database.`]],
  ["no user", url("mysql://db/blog"), [`${U} names no user, and MYSQL_USER is not set.`]],
  [
    "a slash in the password",
    url(`mysql://app:${SECRET}/x@db/blog`),
    [`${U} has more than a database name after the host.`],
  ],
  [
    "a question mark in the password",
    url(`mysql://app:x?${SECRET}@db/blog`),
    [`${U} has more than a database name after the host.`],
  ],
  ["a # in the password", url(`mysql://app:x#${SECRET}@db/blog`), [`${U} has a # in it.`]],
  [
    "a % in the password",
    url(`mysql://app:${SECRET}%@db/blog`),
    [`${U} has a % in its password that starts no valid percent-encoding.`],
  ],
  ["a space", url(`mysql://app:${SECRET} @db/blog`), [`${U} has white space or a control character in it.`]],
  ["a NUL byte", url(`mysql://app:${SECRET}@db/bl%00og`), [`${U}: the database has a NUL byte in it.`]],
  ["a port that is none", url(`mysql://app:${SECRET}@db:x/blog`), [`${U}: the port is not a port.`]],
  ["port 0", url(`mysql://app:${SECRET}@db:0/blog`), [`${U}: the port is not a port.`]],
  ["port 65536", url(`mysql://app:${SECRET}@db:65536/blog`), [`${U}: the port is not a port.`]],
  ["an empty port", url(`mysql://app:${SECRET}@db:/blog`), [`${U} has a colon after the host, but no port.`]],
  [
    "a bare IPv6 address",
    url(`mysql://app:${SECRET}@fe80::1/blog`),
    [`${U} has a host that cannot be read.`],
  ],
  [
    "two database names",
    url(`mysql://app:${SECRET}@db/blog/x`),
    [`${U} has more than a database name after the host.`],
  ],
  ["an unknown parameter", url(`${ok}?sslmode=require`), [`${U} has an unknown parameter sslmode.`]],
  [
    "several wrong parameters",
    url(`${ok}?a=1&ssl-ca=&ssl-mode=off`),
    [`${U} has an unknown parameter a.`, `${U} has no usable value for the parameter ssl-ca.`],
  ],
  ["a parameter twice", url(`${ok}?ssl-ca=/a&ssl-ca=/b`), [`${U} has the parameter ssl-ca twice.`]],
  [
    "an unknown ssl-mode",
    url(`${ok}?ssl-mode=on`),
    [`${U} has an unknown ssl-mode; known modes: disabled, preferred, required, verify-ca, verify-identity.`],
  ],
  [
    "a certificate without its key",
    url(`${ok}?ssl-cert=/c`),
    [`${U} has one of ssl-cert and ssl-key without the other.`],
  ],
  [
    "TLS files without TLS",
    url(`${ok}?ssl-mode=disabled&ssl-ca=/a`),
    [`${U} has ssl-mode=disabled together with certificate files.`],
  ],
  [
    "contradictions, all of them",
    { [U]: ok, MYSQL_HOST: "other", MYSQL_PASSWORD: "not-it", MYSQL_DATABASE: "shop" },
    [
      `${U} and MYSQL_HOST name different hosts.`,
      `${U} and MYSQL_DATABASE name different databases.`,
      `${U} and MYSQL_PASSWORD name different passwords.`,
    ],
  ],
  [
    "a value and a file",
    { ...single, MYSQL_PASSWORD: SECRET, MYSQL_PASSWORD_FILE: "/x" },
    ["MYSQL_PASSWORD and MYSQL_PASSWORD_FILE are both set."],
  ],
  [
    "a URL and a URL file",
    { [U]: ok, DATABASE_URL_FILE: "/x" },
    [`${U} and DATABASE_URL_FILE are both set.`],
  ],
  [
    "a file that is not there",
    { ...single, MYSQL_PASSWORD_FILE: "/nowhere/x" },
    ["MYSQL_PASSWORD_FILE names /nowhere/x, which cannot be read (ENOENT)."],
  ],
  [
    "a folder for a file",
    { ...single, MYSQL_PASSWORD_FILE: "/" },
    ["MYSQL_PASSWORD_FILE names /, which cannot be read (EISDIR)."],
  ],
  [
    "an empty file",
    { ...single, MYSQL_PASSWORD_FILE: "/dev/null" },
    ["MYSQL_PASSWORD_FILE names /dev/null, which is empty."],
  ],
  ["an empty file name", { ...single, MYSQL_PASSWORD_FILE: "" }, ["MYSQL_PASSWORD_FILE is set, but empty."]],
  [
    "socket and host",
    { ...single, MYSQL_SOCKET: "/s" },
    ["MYSQL_SOCKET names a socket and MYSQL_HOST a host."],
  ],
  [
    "empty values, all of them",
    { ...single, MYSQL_HOST: "", MYSQL_USER: "" },
    ["MYSQL_HOST is set, but empty.", "MYSQL_USER is set, but empty."],
  ],
  ["no user, no database", { MYSQL_HOST: "db" }, ["MYSQL_USER is not set.", "MYSQL_DATABASE is not set."]],
  ["a bad host", { ...single, MYSQL_HOST: "db/x" }, ["MYSQL_HOST is not a host name or an IP address."]],
  ["a bad port", { ...single, MYSQL_PORT: "33 06" }, ["MYSQL_PORT is not a port."]],
  [
    "a long database name",
    { ...single, MYSQL_DATABASE: "x".repeat(65) },
    ["MYSQL_DATABASE is longer than 64 characters."],
  ],
  [
    "a long table name",
    { [U]: ok, MIGRATIONS_TABLE: "x".repeat(65) },
    ["MIGRATIONS_TABLE is longer than 64 characters."],
  ],
  [
    "a table with a NUL byte",
    { [U]: ok, MIGRATIONS_TABLE: "a\0b" },
    ["MIGRATIONS_TABLE has a NUL byte in it."],
  ],
  [
    "a wait that is no time",
    { [U]: ok, MIGRATE_WAIT: "soon" },
    ["MIGRATE_WAIT takes a number of seconds, such as 60."],
  ],
  [
    "no table name, no folder",
    { [U]: ok, MIGRATIONS_TABLE: "", MIGRATIONS_DIR: "" },
    ["MIGRATIONS_DIR is empty.", "MIGRATIONS_TABLE is empty."],
  ],
  [
    "another program's name",
    { ...single, MYSQL_PASS: SECRET },
    ["MYSQL_PASS is set, but the setting is called MYSQL_PASSWORD."],
  ],
  [
    "a misspelled file variable",
    { ...single, MYSQL_PASSWRD_FILE: "/x" },
    ["MYSQL_PASSWRD_FILE is set, but the setting is called MYSQL_PASSWORD_FILE."],
  ],
  [
    "a misspelled override of the URL",
    { [U]: ok, MYSQL_DB: "shop" },
    ["MYSQL_DB is set, but the setting is called MYSQL_DATABASE."],
  ],
  [
    "a variable in lower case",
    { [U]: ok, mysql_host: "other" },
    ["mysql_host is set, but the setting is called MYSQL_HOST."],
  ],
  [
    "a singular",
    { [U]: ok, MIGRATION_DIR: "m", MIGRATE_TABLE: "t" },
    [
      "MIGRATION_DIR is set, but the setting is called MIGRATIONS_DIR.",
      "MIGRATE_TABLE is set, but the setting is called MIGRATIONS_TABLE.",
    ],
  ],
  [
    "TLS that would be ignored",
    { ...single, MYSQL_SSL_CA: "/ca" },
    ["MYSQL_SSL_CA is set, but is not a setting."],
  ],
];

for (const [name, env, messages] of refused) {
  test(`refused settings: ${name}`, () => {
    const error = refusal(() => readSettings(NO_FLAGS, env));
    assert.deepEqual(
      error.problems.map((problem) => problem.message),
      messages,
    );
    assert.doesNotMatch(error.message + error.hint + inspect(error), new RegExp(SECRET));
  });
}

function refusal(body: () => unknown): RefusedError {
  try {
    body();
  } catch (error) {
    assert(error instanceof RefusedError, inspect(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

test("settings: codes and hints", () => {
  const nothing = refusal(() => readSettings(NO_FLAGS, { MYSQL_URL: ok }));
  assert.equal(nothing.code, "missing-setting");
  assert.equal(
    nothing.hint,
    `Not read, but set: MYSQL_URL (here DATABASE_URL).
Set DATABASE_URL=${SHAPE}
or MYSQL_HOST, MYSQL_USER, MYSQL_PASSWORD and MYSQL_DATABASE, in the environment or in .env.`,
  );
  const elsewhere = {
    SQLALCHEMY_DATABASE_URI: "mysql+pymysql://app:s3cr3t@db/blog",
    DB_URL: "mysql://app:s3cr3t@db/blog",
    DB_HOST: "db",
    DB_USERNAME: "app",
    DB_PASSWORD: "s3cr3t",
    DB_NAME: "",
  };
  const { message, hint } = refusal(() => readSettings(NO_FLAGS, elsewhere));
  assert.equal(message, "No database is set.");
  assert.equal(
    hint?.split("\n")[0],
    "Not read, but set: DB_URL (here DATABASE_URL), SQLALCHEMY_DATABASE_URI (here DATABASE_URL), DB_HOST (here MYSQL_HOST), DB_USERNAME (here MYSQL_USER), DB_PASSWORD (here MYSQL_PASSWORD).",
  );
  assert.doesNotMatch(hint ?? "", /s3cr3t|app|blog\b(?!.*Set)/);
  const settled = { ...elsewhere, DATABASE_URL: ok };
  assert.doesNotThrow(() => readSettings(NO_FLAGS, settled));
  const scheme = refusal(() => readSettings(NO_FLAGS, url("postgres://db/blog")));
  assert.equal(scheme.code, "bad-setting");
  assert.equal(scheme.hint, `It has this shape: ${SHAPE}`);
});

test("settings: flags beat the environment", () => {
  const env = { ...url(ok), MIGRATIONS_DIR: "env", MIGRATIONS_TABLE: "env" };
  const { dir, table } = readSettings({ dir: "flag", table: "flags" }, env);
  assert.deepEqual({ dir, table }, { dir: "flag", table: "flags" });
  assert.equal(refusal(() => readSettings({ dir: "", table: null }, url(ok))).message, "--dir is empty.");
});

test("settings: the folder needs no database", () => {
  assert.deepEqual(readFolderSettings(NO_FLAGS, { DATABASE_URL: "garbage", MYSQL_DB: "x" }), {
    dir: "sql/migrations",
    table: "migration_history",
  });
});

test("settings: the password does not show when they are printed", () => {
  const read = readSettings(NO_FLAGS, url(ok));
  assert.equal(read.database.password, SECRET);
  for (const shown of [inspect(read), inspect(read.database), JSON.stringify(read), `${read.database}`]) {
    assert.doesNotMatch(shown, new RegExp(SECRET));
  }
  assert.equal({ ...read.database }.password, SECRET, "a copy can still connect");
});

test("settings from a program's options", () => {
  assert.deepEqual(
    plain(
      settingsFromOptions({
        host: "db",
        port: 3307,
        user: "app",
        database: "blog",
        dir: "m",
        ssl: { ca: "/a" },
      }),
    ),
    settings({ port: 3307, ssl: { ...NO_TLS, mode: "verify-ca", ca: "/a" } }, { dir: "m" }),
  );
  assert.deepEqual(plain(settingsFromOptions({ databaseUrl: ok })), settings({ password: SECRET }));
  const messages = (options: Parameters<typeof settingsFromOptions>[0]): string =>
    refusal(() => settingsFromOptions(options)).message;
  assert.equal(messages({}), "No database is set.");
  assert.equal(messages({ databaseUrl: ok, host: "other" }), "databaseUrl and host name different hosts.");
  assert.equal(messages({ host: "db", user: "app" }), "database is not set.");
  assert.equal(messages({ databaseUrl: "x" }), "databaseUrl is not a URL.");
  assert.equal(
    messages({ databaseUrl: `${ok}?ssl-mode=required`, ssl: {} }),
    "databaseUrl and ssl both speak of TLS.",
  );
});
