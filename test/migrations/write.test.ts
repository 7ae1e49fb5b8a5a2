import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { readMigrations } from "../../src/migrations/read-migrations";
import { createPair, writePair } from "../../src/migrations/write";
import { temporaryFolder } from "../support/temporary-folder";

const now = new Date("2026-03-01T09:05:07.890Z");

const versions: readonly (readonly [name: string, present: readonly string[], expected: string])[] = [
  ["the first", [], "0001"],
  ["after the newest", ["0001_a.up.sql", "0007_b.up.sql", "0003_c.up.sql"], "0008"],
  ["as wide as the newest", ["0001_a.up.sql", "000009_b.up.sql"], "000010"],
  ["wider when it must be", ["9999_a.up.sql"], "10000"],
  ["a down file counts", ["0004_a.down.sql"], "0005"],
  ["a misnamed one keeps its number", ["0004_a.UP.SQL", "5_b.up.sql"], "0006"],
  ["other files do not count", ["0004_a.txt", "seed.sql"], "0001"],
  ["timestamps", ["20260228000000_a.up.sql"], "20260301090507"],
  ["a timestamp of this very second", ["20260301090507_a.up.sql"], "20260301090508"],
  ["a timestamp of the future", ["20991231235959_a.up.sql"], "20991231235960"],
  ["15 digits are no timestamp", ["100000000000000_a.up.sql"], "100000000000001"],
  ["13 digits neither", ["1000000000000_a.up.sql"], "1000000000001"],
];

for (const [name, present, expected] of versions) {
  test(`createPair: ${name}`, (t) => {
    const dir = temporaryFolder(t, Object.fromEntries(present.map((fileName) => [fileName, ""])));
    const { version, upPath, downPath } = createPair(dir, "x", now);
    assert.equal(version, Number(expected));
    assert.deepEqual(
      [upPath, downPath],
      [join(dir, `${expected}_x.up.sql`), join(dir, `${expected}_x.down.sql`)],
    );
  });
}

const names: readonly (readonly [wanted: string, expected: string])[] = [
  ["add_email", "add_email"],
  ["Add email  to users", "Add_email_to_users"],
  ["  add-email.v2 ", "add-email.v2"],
  ['drop "old" columns!', "drop_old_columns"],
  ["users/add:email", "users_add_email"],
  ["../../etc/passwd", "etc_passwd"],
  ["café Ünïcode", "cafe_Unicode"],
  ["add_email.up.sql", "add_email"],
  ["add_email.SQL", "add_email"],
];

for (const [wanted, expected] of names) {
  test(`createPair names a file after ${JSON.stringify(wanted)}`, (t) => {
    const { name, upPath } = createPair(temporaryFolder(t), wanted);
    assert.equal(name, expected);
    assert.equal(basename(upPath), `0001_${expected}.up.sql`);
  });
}

const nameHint =
  'A name has letters, digits, "_", "-" and ".":\n  npm run migrate:create -- add_email_to_users';

for (const wanted of ["", "  ", "!!!", "..", "表", ".sql"]) {
  test(`createPair refuses the name ${JSON.stringify(wanted)}`, (t) => {
    const dir = temporaryFolder(t);
    const message = `${JSON.stringify(wanted)} leaves no name for a file.`;
    assert.throws(() => createPair(dir, wanted), { code: "usage", message, hint: nameHint });
    assert.deepEqual(readdirSync(dir), []);
  });
}

test("createPair refuses a name that no file system takes", (t) => {
  const message = "The name has 201 characters, more than 200.";
  assert.throws(() => createPair(temporaryFolder(t), "x".repeat(201)), {
    code: "usage",
    message,
    hint: nameHint,
  });
});

test("createPair refuses to go beyond 15 digits", (t) => {
  const dir = temporaryFolder(t, { "999999999999999_a.up.sql": "" });
  const message = "There is no version above 999999999999999: versions have at most 15 digits.";
  assert.throws(() => createPair(dir, "x"), { code: "usage", message });
});

test("what it writes is read as a migration, and may be filled in", (t) => {
  const dir = temporaryFolder(t);
  const { upPath, downPath } = createPair(dir, "add email");
  assert.deepEqual(
    readMigrations(dir).migrations.map(({ version, name, down }) => [version, name, down?.fileName]),
    [[1, "add_email", "0001_add_email.down.sql"]],
  );
  assert.equal(
    readFileSync(upPath, "utf8"),
    "-- 0001_add_email: say here what it does and why. Each statement ends with a semicolon.\n\n",
  );
  assert.equal(
    readFileSync(downPath, "utf8"),
    "-- Takes back what 0001_add_email.up.sql does, last statement first. If nothing can, remove this file and put the line\n" +
      "--   -- migrate: irreversible\n-- at the top of 0001_add_email.up.sql.\n\n",
  );
});

test("a pair that somebody else made meanwhile is not overwritten", (t) => {
  const dir = temporaryFolder(t, { "0001_x.up.sql": "theirs" });
  const path = join(dir, "0001_x.up.sql");
  assert.throws(() => writePair(dir, "0001", "x", { up: "ours", down: "ours" }), {
    code: "duplicate-version",
    message: `${path} exists already: somebody else made it just now.`,
    hint: "Run the same command again.",
  });
  assert.equal(readFileSync(path, "utf8"), "theirs");
  assert.deepEqual(readdirSync(dir), ["0001_x.up.sql"]);
});

test("half a pair does not stay", (t) => {
  const dir = temporaryFolder(t, { "0001_x.down.sql": "theirs" });
  assert.throws(() => writePair(dir, "0001", "x", { up: "ours", down: "ours" }), {
    code: "duplicate-version",
  });
  assert.deepEqual(readdirSync(dir), ["0001_x.down.sql"]);
});

test("a folder that is missing, or that may not be written to", {
  skip: process.getuid?.() !== 0 && "needs root",
}, (t) => {
  const dir = temporaryFolder(t);
  assert.throws(() => createPair(join(dir, "none"), "x"), { code: "folder-missing" });
  chmodSync(dir, 0o555);
  const program = `
    const { createPair } = require(${JSON.stringify(join(__dirname, "../../src/migrations/write"))});
    process.seteuid(65534);
    try { createPair(${JSON.stringify(dir)}, "x"); } catch (error) { console.log(error.code + ": " + error.message); }
    process.seteuid(0); // what tsx loads at the end may be in root's folder`;
  const child = spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
    encoding: "utf8",
  });
  assert.equal(
    child.stdout + child.stderr,
    `unwritable: The migrations folder ${dir} cannot be written to: permission denied.\n`,
  );
});
