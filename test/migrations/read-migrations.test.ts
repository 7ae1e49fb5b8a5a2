import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RefusedError } from "../../src/errors";
import { readMigrations, requireMigrations } from "../../src/migrations/read-migrations";
import { temporaryFolder } from "../support/temporary-folder";

const good = { "0001_a.up.sql": "CREATE TABLE a (id INT);\n", "0001_a.down.sql": "DROP TABLE a;\n" };

function refusal(dir: string): RefusedError {
  try {
    readMigrations(dir);
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: "the folder was accepted" });
}

/** The problems as people see them: `code: message`, then the hint. */
function problems(dir: string): readonly string[] {
  return refusal(dir).problems.map(
    ({ code, message, hint }) => `${code}: ${message}${hint === null ? "" : `\n${hint}`}`,
  );
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

test("reads pairs by rising version, whatever else lies there", (t) => {
  const dir = temporaryFolder(t, {
    "10000_d.up.sql": "SELECT 4;",
    "10000_d.down.sql": "-- nothing to do",
    "0002_b.c-D.up.sql": "-- migrate: irreversible\nDROP TABLE a;",
    "000003_c.up.sql": "SELECT 3;",
    "000003_c.down.sql": ";",
    ...good,
    "README.md": "# read me",
    "notes.txt": "",
    ".gitkeep": "",
    "archive/0001_old.up.sql": "SELECT 1;",
  });
  const { migrations, warnings } = readMigrations(dir);
  assert.deepEqual(
    migrations.map(({ version, name, up, down }) => [version, name, up.fileName, down?.fileName ?? null]),
    [
      [1, "a", "0001_a.up.sql", "0001_a.down.sql"],
      [2, "b.c-D", "0002_b.c-D.up.sql", null],
      [3, "c", "000003_c.up.sql", "000003_c.down.sql"],
      [10000, "d", "10000_d.up.sql", "10000_d.down.sql"],
    ],
  );
  assert.deepEqual(migrations[0]?.up, {
    fileName: "0001_a.up.sql",
    path: join(dir, "0001_a.up.sql"),
    direction: "up",
    version: 1,
    name: "a",
    bytes: 25,
    checksum: hash("CREATE TABLE a (id INT);\n"),
  });
  assert.deepEqual(warnings, []);
});

test("the checksum forgives a byte-order mark and CRLF, and nothing else", (t) => {
  const text = "CREATE TABLE é (id INT);\n-- end\n";
  const checksumOf = (content: string): string | undefined =>
    readMigrations(temporaryFolder(t, { ...good, "0001_a.up.sql": content })).migrations[0]?.up.checksum;
  assert.equal(checksumOf(text), hash(text));
  assert.equal(checksumOf(`\ufeff${text}`), hash(text));
  assert.equal(checksumOf(text.replaceAll("\n", "\r\n")), hash(text));
  for (const other of [`${text} `, text.trimEnd(), text.replaceAll("\n", "\r"), text.toLowerCase()]) {
    assert.equal(checksumOf(other), hash(other));
    assert.notEqual(hash(other), hash(text));
  }
});

// Larger than the buffer, so that CRLF and characters meet every kind of boundary.
test("a large file has the checksum of its text", (t) => {
  for (const shift of [0, 1, 2, 3]) {
    const text = `${"x".repeat(shift)}${"é€😀\r\n".repeat(200_000)}`;
    const dir = temporaryFolder(t, { ...good, "0001_a.up.sql": text });
    const file = readMigrations(dir).migrations[0]?.up;
    assert.equal(file?.bytes, Buffer.byteLength(text));
    assert.equal(file?.checksum, hash(text.replaceAll("\r\n", "\n")));
  }
});

test("a large file of white space is empty, one with a word at its end is not", (t) => {
  const blank = Buffer.alloc(3 * 1024 * 1024, "\n");
  assert.deepEqual(problems(temporaryFolder(t, { ...good, "0001_a.up.sql": blank })), [
    "empty-file: 0001_a.up.sql has nothing but white space in it.\n" +
      "Was it saved? If nothing is to be done, a comment that says so is enough.",
  ]);
  const dir = temporaryFolder(t, { ...good, "0001_a.up.sql": Buffer.concat([blank, Buffer.from("DO 1")]) });
  assert.equal(readMigrations(dir).migrations.length, 1);
  const other = temporaryFolder(t, {
    ...good,
    "0001_a.up.sql": Buffer.concat([Buffer.from("DO 1;"), blank]),
  });
  assert.equal(readMigrations(other).migrations.length, 1);
});

test("a fault deep in a large file is found, with its line", (t) => {
  const lines = Buffer.alloc(3 * 1024 * 1024, "-- twelve c\n");
  const dir = temporaryFolder(t, {
    "0001_a.up.sql": Buffer.concat([lines, Buffer.from([0x61, 0xff, 0x62])]),
    "0001_a.down.sql": Buffer.concat([lines, Buffer.from("ab\0")]),
  });
  assert.deepEqual(problems(dir), [
    "nul-byte: 0001_a.down.sql:262145 has a NUL byte: byte 3145731 of the file.\n" +
      "Remove it. Inside a string it can be written as \\0.",
    "invalid-encoding: 0001_a.up.sql:262145 is not UTF-8: byte 3145730 of the file belongs to no character.\n" +
      "Save it as UTF-8. Binary data can be written as x'…'; mysqldump and mariadb-dump do that with --hex-blob.",
  ]);
});

test("only what stands above the first statement makes it irreversible", (t) => {
  const dir = temporaryFolder(t, { "0001_a.up.sql": "SELECT 1;\n-- migrate: irreversible\n" });
  assert.deepEqual(problems(dir), [
    "missing-down: 0001_a.up.sql has no 0001_a.down.sql beside it.\n" +
      "Write 0001_a.down.sql; or, if nothing can take 0001_a.up.sql back, say so above its first statement:\n" +
      "  -- migrate: irreversible",
  ]);
});

test("every offender is listed at once, by file name", (t) => {
  const dir = temporaryFolder(t, {
    ...good,
    "0002_b.up.sql": "",
    "0002_b.down.sql": " \n\t\r\n",
    "0003_c.up.sql": "\ufeff",
    "0003_c.down.sql": Buffer.from("\ufeffSELECT 1;", "utf16le"),
    "0004_d.up.sql": "SELECT 1;",
    "0005_e.down.sql": "SELECT 1;",
    "0006_f.up.sql": "-- migrate: irreversible\nSELECT 1;",
    "0006_f.down.sql": "SELECT 1;",
    "0007_g.up.sql": "SELECT 1;",
    "0007_h.down.sql": "SELECT 1;",
    "0008_i.up.sql": "SELECT 1;",
    "0008_i.down.sql": "SELECT 1;",
    "00008_i.up.sql": "SELECT 1;",
    "00008_i.down.sql": "SELECT 1;",
    "0009_.up.sql": "SELECT 1;",
    "010_j.up.sql": "SELECT 1;",
    "0011_k.UP.SQL": "SELECT 1;",
    "0011_k.down.sql": "SELECT 1;",
    "._0012_l.up.sql": "",
    "0012_l.up.sql": "SELECT 'caf\u00e9 😀';",
    "0012_l.down.sql": Buffer.from("SELECT 1;\nSELECT 'caf\u00e9';", "latin1"),
    "seed.sql": "SELECT 1;",
  });
  const emptyHint = "Was it saved? If nothing is to be done, a comment that says so is enough.";
  const nameHint =
    "Migrations are named NNNN_name.up.sql and NNNN_name.down.sql; other .sql files belong elsewhere.";
  assert.deepEqual(problems(dir), [
    `bad-name: ._0012_l.up.sql is not named like a migration: its name starts with a dot.\n${nameHint}`,
    `empty-file: 0002_b.down.sql has nothing but white space in it.\n${emptyHint}`,
    `empty-file: 0002_b.up.sql is empty (0 bytes).\n${emptyHint}`,
    "invalid-encoding: 0003_c.down.sql is in UTF-16.\nSave it as UTF-8: iconv -f UTF-16 -t UTF-8",
    `empty-file: 0003_c.up.sql has nothing but white space in it.\n${emptyHint}`,
    "missing-down: 0004_d.up.sql has no 0004_d.down.sql beside it.\n" +
      "Write 0004_d.down.sql; or, if nothing can take 0004_d.up.sql back, say so above its first statement:\n" +
      "  -- migrate: irreversible",
    "missing-up: 0005_e.down.sql has no 0005_e.up.sql beside it.\nRestore 0005_e.up.sql, or remove 0005_e.down.sql.",
    'irreversible: 0006_f.up.sql says "-- migrate: irreversible", but 0006_f.down.sql is beside it.\n' +
      "Remove that line from 0006_f.up.sql, or remove 0006_f.down.sql.",
    "duplicate-version: 0007_g.up.sql and 0007_h.down.sql have the version 0007, but are not named alike.\n" +
      'Rename one of them; a pair differs in ".up" and ".down" only.',
    "duplicate-version: 4 files have the version 0008: 00008_i.down.sql, 00008_i.up.sql, 0008_i.down.sql, 0008_i.up.sql.\n" +
      "Two branches took one number. See who is applied, and give the other a number of its own:\n  npm run migrate:branches\n  npm run migrate:merge",
    `bad-name: 0009_.up.sql is not named like a migration: its name has nothing between version and direction.\n${nameHint}`,
    'bad-name: 0011_k.UP.SQL is not named like a migration: its name ends in ".UP.SQL" instead of ".up.sql".\n' +
      "Rename 0011_k.UP.SQL to 0011_k.up.sql.",
    "invalid-encoding: 0012_l.down.sql:2 is not UTF-8: byte 22 of the file belongs to no character.\n" +
      "Save it as UTF-8. Binary data can be written as x'…'; mysqldump and mariadb-dump do that with --hex-blob.",
    "bad-name: 010_j.up.sql is not named like a migration: its name has a version of 3 digits where 4 to 15 are wanted.\n" +
      "Rename 010_j.up.sql to 0010_j.up.sql.",
    "bad-name: seed.sql is not named like a migration: its name does not start with a version, " +
      `does not say ".up" or ".down" before ".sql".\n${nameHint}`,
  ]);
});

test("two people, one number", (t) => {
  const dir = temporaryFolder(t, {
    "0002_x.up.sql": "SELECT 1;",
    "0002_x.down.sql": "SELECT 1;",
    "0002_y.up.sql": "SELECT 2;",
    "0002_y.down.sql": "SELECT 2;",
  });
  assert.deepEqual(problems(dir), [
    "duplicate-version: 4 files have the version 0002: 0002_x.down.sql, 0002_x.up.sql, 0002_y.down.sql, 0002_y.up.sql.\n" +
      "Two branches took one number. See who is applied, and give the other a number of its own:\n  npm run migrate:branches\n  npm run migrate:merge",
  ]);
});

test("a name with control characters does not reach the terminal as it is", (t) => {
  const dir = temporaryFolder(t, { "0002_\u001b[2J.up.sql": "SELECT 1;" });
  assert.match(refusal(dir).message, /^"0002_\\u001b\[2J\.up\.sql" is not named like a migration/);
});

test("folders, pipes, broken links and links to elsewhere are refused by name", (t) => {
  const outside = temporaryFolder(t, { "elsewhere.sql": "SELECT 1;" });
  const dir = temporaryFolder(t, good);
  for (const version of ["0002", "0003", "0004", "0005", "0006", "0007"]) {
    writeFileSync(join(dir, `${version}_x.down.sql`), "SELECT 1;");
  }
  mkdirSync(join(dir, "0002_x.up.sql"));
  symlinkSync("nowhere.sql", join(dir, "0003_x.up.sql"));
  symlinkSync(join(outside, "elsewhere.sql"), join(dir, "0004_x.up.sql"));
  symlinkSync("0005_x.up.sql", join(dir, "0005_x.up.sql"));
  execFileSync("mkfifo", [join(dir, "0006_x.up.sql")]);
  symlinkSync(outside, join(dir, "0007_x.up.sql"));
  assert.deepEqual(problems(dir), [
    "not-a-file: 0002_x.up.sql is a folder, but has a migration's name.\nMove 0002_x.up.sql elsewhere, or rename it.",
    "not-a-file: 0003_x.up.sql is a link to a file that does not exist.\n" +
      "Restore the file that 0003_x.up.sql points to, or remove the link.",
    `outside-folder: 0004_x.up.sql is a link to ${join(outside, "elsewhere.sql")}, outside the migrations folder.\n` +
      "Put the file itself where the link is: what runs must be what is reviewed in the folder.",
    "unreadable: 0005_x.up.sql cannot be read: the link leads in a circle.",
    "not-a-file: 0006_x.up.sql is neither a file nor a folder, but has a migration's name.\n" +
      "Move 0006_x.up.sql elsewhere, or rename it.",
    "not-a-file: 0007_x.up.sql is a folder, but has a migration's name.\nMove 0007_x.up.sql elsewhere, or rename it.",
  ]);
});

// How Kubernetes mounts a ConfigMap: every file is a link through a link to a hidden folder beside it.
test("links within the folder are fine, and so is a linked folder", (t) => {
  const dir = temporaryFolder(t, {
    "..2026_01_01/0001_a.up.sql": "SELECT 1;",
    "..2026_01_01/0001_a.down.sql": ";",
  });
  symlinkSync("..2026_01_01", join(dir, "..data"));
  symlinkSync("..data/0001_a.up.sql", join(dir, "0001_a.up.sql"));
  symlinkSync("..data/0001_a.down.sql", join(dir, "0001_a.down.sql"));
  const link = join(temporaryFolder(t), "linked");
  symlinkSync(dir, link);
  assert.equal(readMigrations(dir).migrations[0]?.up.checksum, hash("SELECT 1;"));
  assert.equal(readMigrations(link).migrations[0]?.up.path, join(link, "0001_a.up.sql"));
});

test("a folder's path may hold what glob patterns are made of", (t) => {
  const dir = temporaryFolder(t, {
    "a[b]{c}*?/0001_a.up.sql": "SELECT 1;",
    "a[b]{c}*?/0001_a.down.sql": ";",
  });
  assert.equal(readMigrations(join(dir, "a[b]{c}*?")).migrations.length, 1);
});

// root may read everything, so a child without its rights looks.
test("what the user may not read is refused, not taken for empty", {
  skip: process.getuid?.() !== 0 && "needs root",
}, (t) => {
  const dir = temporaryFolder(t, { ...good, "0002_b.up.sql": "SELECT 1;", "0002_b.down.sql": "SELECT 1;" });
  chmodSync(dir, 0o755);
  chmodSync(join(dir, "0002_b.up.sql"), 0o600);
  const program = `
    process.seteuid(65534);
    try { readMigrations(${JSON.stringify(dir)}); console.log("accepted"); }
    catch (error) { console.log(error.code + ": " + error.message); }
    process.seteuid(0); // what tsx loads at the end may be in root's folder`;
  const look = (): string => {
    const load = `const { readMigrations } = require(${JSON.stringify(join(__dirname, "../../src/migrations/read-migrations"))});`;
    const child = spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", load + program], {
      encoding: "utf8",
    });
    return child.stdout + child.stderr;
  };
  assert.equal(look(), "unreadable: 0002_b.up.sql cannot be read: permission denied.\n");
  chmodSync(dir, 0o711);
  assert.equal(look(), `unreadable: The migrations folder ${dir} cannot be read: permission denied.\n`);
});

test("a folder that does not exist, or is a file", (t) => {
  const dir = temporaryFolder(t, { file: "" });
  const hint =
    "Make it, with an example pair in it:\n  npm run migrate:init\nor say where it is with --dir or MIGRATIONS_DIR.";
  const missing = join(dir, "none");
  assert.throws(() => readMigrations(missing), {
    code: "folder-missing",
    message: `The migrations folder ${missing} does not exist.`,
    hint: hint,
  });
  const file = join(dir, "file");
  assert.throws(() => readMigrations(file), {
    code: "folder-missing",
    message: `The migrations folder ${file} is not a folder.`,
    hint: hint,
  });
  assert.throws(() => readMigrations(join(file, "below")), {
    code: "folder-missing",
    message: `The migrations folder ${join(file, "below")} does not exist.`,
    hint: hint,
  });
});

test("an empty folder can be read, and is refused by those who need migrations", (t) => {
  const dir = temporaryFolder(t, { ".gitkeep": "" });
  const folder = readMigrations(dir);
  assert.deepEqual(folder, { dir, migrations: [], warnings: [] });
  assert.throws(() => requireMigrations(folder), {
    code: "folder-empty",
    message: `The migrations folder ${dir} has no migrations in it.`,
    hint: "Write the first one:\n  npm run migrate:create -- <name>\nor say where they are with --dir or MIGRATIONS_DIR.",
  });
  requireMigrations(readMigrations(temporaryFolder(t, good)));
});
