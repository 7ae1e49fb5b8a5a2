import assert from "node:assert/strict";
import { test } from "node:test";
import type { ForeignEntry, ForeignHistory, ForeignTool } from "../../src/history/other-tools";
import { matchForeign, versionToAdopt } from "../../src/plan/adopt";
import { file, showRefusal } from "./situations";

const FOLDER = ["1 create_users", "2 add_email", "3 ae10_posts", "20240101 tags"].map((line) => {
  const [digits = "", name = ""] = line.split(" ");
  const version = Number(digits);
  return {
    version,
    name,
    up: file(version, name, "up", `up ${line}`),
    down: file(version, name, "down", `down ${line}`),
  };
});

/** `2`, `2 add email`, `- add email`, `2!` (everything before it is applied as well). */
function entry(text: string): ForeignEntry {
  const [, version = "", mark = "", name = ""] = /^([\w.]+|-)(!?) ?(.*)$/.exec(text) ?? [];
  return {
    label: version === "-" ? name : version,
    version: /^\d+$/.test(version) ? Number(version) : null,
    name: name === "" ? null : name,
    coversEarlier: mark === "!",
  };
}

function foreign(tool: ForeignTool, entries: string, dirty: string | null = null): ForeignHistory {
  return {
    tool,
    table: "t",
    entries: entries
      .split(", ")
      .filter((each) => each !== "")
      .map(entry),
    dirty,
  };
}

const cases: readonly (readonly [
  name: string,
  history: ForeignHistory,
  version: number | null,
  problems: readonly string[],
])[] = [
  ["nothing applied", foreign("dbmate", ""), null, []],
  ["the newest only", foreign("golang-migrate", "2!"), 2, []],
  ["each by number", foreign("dbmate", "1, 2, 3"), 3, []],
  ["a timestamp", foreign("golang-migrate", "20240101!"), 20240101, []],
  ["by name where numbers differ", foreign("knex", "20230101 create_users, 20230102 add-email"), 2, []],
  ["by name, written another way", foreign("flyway", "1.1 Create users, 1.2 add email"), 2, []],
  ["a baseline covers what is before it", foreign("flyway", "2!, 3"), 3, []],
  ["Alembic's revision in a file name", foreign("alembic", "ae10!"), 3, []],
  [
    "Alembic's revision nowhere",
    foreign("alembic", "ffff!"),
    null,
    ["alembic has applied ffff, which is no migration in this folder."],
  ],
  [
    "a version that is not here",
    foreign("golang-migrate", "9!"),
    null,
    ["golang-migrate has applied 9, which is no migration in this folder."],
  ],
  [
    "a hole",
    foreign("dbmate", "1, 3"),
    3,
    ["0002_add_email is not among what dbmate has applied, according to t."],
  ],
  [
    "dirty",
    foreign("golang-migrate", "2!", "version 2 is dirty: it stopped half-way"),
    2,
    ["t of golang-migrate cannot be taken over: version 2 is dirty: it stopped half-way."],
  ],
];

for (const [name, history, version, problems] of cases) {
  test(`matchForeign: ${name}`, () => {
    const adoption = matchForeign(history, FOLDER);
    assert.equal(adoption.version, version);
    assert.deepEqual(
      adoption.problems.map(({ message }) => message),
      problems,
    );
  });
}

const found = [
  matchForeign(foreign("dbmate", "1, 3"), FOLDER),
  matchForeign(foreign("flyway", "1, 2", "3 failed"), FOLDER),
  matchForeign(foreign("knex", ""), FOLDER),
];

test("versionToAdopt: who names the version vouches for what cannot be matched", () => {
  assert.equal(versionToAdopt("dbmate", found, "3"), "3");
  assert.equal(versionToAdopt("knex", found, null), "0");
});

const refused: readonly (readonly [tool: ForeignTool, given: string | null, code: string])[] = [
  ["dbmate", null, "foreign-unmatched"],
  ["flyway", null, "foreign-dirty"],
  ["flyway", "2", "foreign-dirty"],
  ["alembic", "2", "foreign-unmatched"],
];

for (const [tool, given, code] of refused) {
  test(`versionToAdopt refuses: ${tool} ${given ?? ""}`, () =>
    assert.match(
      showRefusal(() => versionToAdopt(tool, found, given)),
      new RegExp(`^${code}: `),
    ));
}
