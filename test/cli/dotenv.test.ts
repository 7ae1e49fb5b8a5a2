import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readEnvironment } from "../../src/cli/dotenv";
import { main } from "../../src/cli/main";

let folder = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "updown-dotenv-"));
});

after(() => rmSync(folder, { recursive: true }));

/** A line of `.env`, what dotenv makes of it, and whether it is warned of. */
const rows: readonly (readonly [line: string, value: string | undefined, warned: boolean])[] = [
  ["MYSQL_PASSWORD=se#cret", "se", true],
  ["MYSQL_PASSWORD=#secret", "", true],
  ["MYSQL_PASSWORD=secret # the old one", "secret", true],
  ["MYSQL_PASSWORD = se#cret", "se", true],
  ["export MYSQL_PASSWORD=se#cret", "se", true],
  ["MYSQL_PASSWORD: se#cret", "se", true],
  ["MYSQL_PASSWORD=it's#1", "it's", true],
  ["MYSQL_PASSWORD='se#cret'", "se#cret", false],
  ['MYSQL_PASSWORD="se#cret" # a comment', "se#cret", false],
  ["MYSQL_PASSWORD=`se#cret`", "se#cret", false],
  ["MYSQL_PASSWORD=secret", "secret", false],
  ["#MYSQL_PASSWORD=se#cret", undefined, false],
  ["  # MYSQL_PASSWORD=se#cret", undefined, false],
];

for (const [line, value, warned] of rows) {
  test(`.env: ${line}`, () => {
    writeFileSync(join(folder, ".env"), `MYSQL_USER=app\r\n${line}\n`);
    const { env, warnings } = readEnvironment(folder, {});
    assert.equal(env.MYSQL_PASSWORD, value);
    assert.equal(warnings.length, warned ? 1 : 0);
    if (!warned) return;
    assert.match(warnings[0] ?? "", /^\.env, line 2: MYSQL_PASSWORD has a # in it .*MYSQL_PASSWORD='\.\.\.'/);
    assert.doesNotMatch(warnings[0] ?? "", /se#?cret|the old one|it's/);
  });
}

const names: readonly (readonly [name: string, ours: boolean])[] = [
  ["DATABASE_URL", true],
  ["MYSQL_PASSWORD_FILE", true],
  ["SCRATCH_DATABASE_URL", true],
  ["MIGRATIONS_DIR", true],
  ["MIGRATE_ENV", true],
  ["BRAND_COLOUR", false],
  ["MYSQL_ROOT_PASSWORD", false],
];

for (const [name, ours] of names) {
  test(`.env: what is cut of ${name} is ${ours ? "ours to judge" : "not ours"}`, () => {
    writeFileSync(join(folder, ".env"), `${name}=a#b\n`);
    assert.equal(readEnvironment(folder, {}).warnings.length, ours ? 1 : 0);
    // The real environment says something else, so the file's value is not used.
    assert.deepEqual(readEnvironment(folder, { [name]: "real" }).warnings, []);
  });
}

test(".env: it is said once and before the refusal that comes of it, on stderr, also with --quiet and --json", async () => {
  writeFileSync(join(folder, ".env"), "DATABASE_URL=mysql://app:se#cret@db/blog\n");
  for (const flags of [[], ["--quiet"], ["--json"]]) {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const io = {
      stdout: { write: (text: string) => stdout.push(text) },
      stderr: { write: (text: string) => stderr.push(text) },
      cwd: () => folder,
    };
    assert.equal(await main(["down", "--to", "0", ...flags], {}, io), 2);
    assert.equal(stderr.join("").match(/DATABASE_URL has a # in it/g)?.length, 1, stderr.join(""));
    assert.doesNotMatch([...stdout, ...stderr].join(""), /cret|app/);
  }
});
