import assert from "node:assert/strict";
import { test } from "node:test";
import { translateAlembic } from "../../src/cli/alembic-words";

/** As Alembic and Flask-Migrate take them; null: the line is one of ours, right or wrong. */
const LINES: readonly (readonly [theirs: string, ours: string | null])[] = [
  ["upgrade", "up"],
  ["upgrade head", "up"],
  ["upgrade heads", "up"],
  ["upgrade +2", "up +2"],
  ["upgrade 7", "up 7"],
  ["upgrade ae1027a6acf", "up <version>"],
  ["upgrade head --sql", "up --dry-run"],
  ["upgrade --sql head", "up --dry-run"],
  ["upgrade --tag x head", "up"],
  ["downgrade", "down -1"],
  ["downgrade -1", "down -1"],
  ["downgrade base", "down 0"],
  ["downgrade 7", "down 7"],
  ["downgrade ae1027a6acf", "down <version>"],
  ["downgrade -1 --sql", "down -1 --dry-run"],
  ["revision -m x", "create x"],
  ["revision -mx", "create x"],
  ["revision --message=x", "create x"],
  ["revision --message x --head head", "create x"],
  ["revision", "create <name>"],
  ["revision --autogenerate -m x", "diff x"],
  ["migrate -m x", "diff x"],
  ["migrate", "diff <name>"],
  ["history -v", "history"],
  ["history --verbose", "history"],
  ["history -r 3:7", "history --range 3:7"],
  ["history -r3:7 -v", "history --range 3:7"],
  ["history -i", "history"],
  ["current -v", "current"],
  ["current --verbose", "current"],
  ["current --check-heads", "status --check"],
  ["heads --verbose", "heads"],
  ["branches -v", "branches"],
  ["show -v head", "show head"],
  ["merge heads", "merge"],
  ["merge -m x heads", "merge"],
  ["merge -m x 4 5", "merge"],
  ["stamp --purge 4", "stamp 4"],
  ["stamp heads", "stamp head"],
  ["init migrations", "init --dir migrations"],
  ["ensure_version", "init"],
  ["version", "--version"],
  ["db", "--help"],
  ["db upgrade", "up"],
  ["db migrate -m x", "diff x"],
  ["db downgrade", "down -1"],
  ["db current", "current"],
  ["db stamp head", "stamp head"],
  ["up", null],
  ["up 7", null],
  ["down -1", null],
  ["create x", null],
  ["history", null],
  ["history --range 3:7", null],
  ["history --json", null],
  ["current", null],
  ["merge", null],
  ["merge --keep heads", null],
  ["init --dir x", null],
  ["merge 8", null],
  ["stamp head", null],
  ["show 7", null],
  ["show", null],
  ["init", null],
  ["init --json", null],
  ["stauts", null],
  ["constructor", null],
  ["--version", null],
];

for (const [theirs, ours] of LINES) {
  test(`another tool's words: ${theirs}`, () => {
    assert.equal(translateAlembic(theirs.split(" ")), ours);
  });
}

test("a name of several words is given as one", () => {
  assert.equal(translateAlembic(["revision", "-m", "add email"]), "create 'add email'");
});
