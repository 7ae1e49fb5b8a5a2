import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeFolder, type StatusEntry } from "../../src/plan/version-state";
import { row, scene } from "./situations";

/** Every entry as `version name state`, then what is wrong with it. */
function compact(line: string): string {
  const { migrations, rows } = scene(line);
  return judgeFolder(migrations, rows).map(compactEntry).join("\n");
}

function compactEntry({ version, name, state, done, total, problems, warnings }: StatusEntry): string {
  const progress = done === null ? "" : ` ${done}/${total}`;
  const said = [
    ...problems.map(({ code, file, message, hint }) => `! ${code} (${file}): ${message}\n  ${hint}`),
    ...warnings.map(({ code, file, message, hint }) => `? ${code} (${file}): ${message}\n  ${hint}`),
  ];
  return [`${version} ${name} ${state}${progress}`, ...said].join("\n");
}

const create = "  npm run migrate:create -- <name>";
const late = "  npm run migrate:up -- --allow-out-of-order";
const aheadHint =
  "Use a folder that has these files; or leave the database as it is:\n  npm run migrate:up -- --allow-ahead";

const cases: readonly (readonly [name: string, line: string, expected: string])[] = [
  ["nothing", "", ""],
  ["the usual", "1 applied, 2 stamped, 3 pending", "1 m1 applied\n2 m2 applied\n3 m3 pending"],
  ["a gap", "1 applied, 5 applied, 9 pending", "1 m1 applied\n5 m5 applied\n9 m9 pending"],
  ["reverted", "1 applied, 2 reverted, 3 reverted", "1 m1 applied\n2 m2 pending\n3 m3 pending"],
  [
    "reverted, then its files were removed or changed",
    "1 reverted gone, 2 reverted modified",
    "2 m2 pending",
  ],
  ["partial", "1 applied, 2 partial 3/5, 3 pending", "1 m1 applied\n2 m2 partial-up 3/5\n3 m3 pending"],
  ["in doubt", "1 in-doubt 0/5", "1 m1 partial-up 0/5"],
  ["begun only", "1 begun 0/5", "1 m1 pending"],
  ["partly reverted", "1 applied, 2 partial-down 1/2", "1 m1 applied\n2 m2 partial-down 1/2"],
  ["irreversible", "1 applied irreversible, 2 pending irreversible", "1 m1 applied\n2 m2 pending"],
  ["a partial one whose file was repaired", "1 partial 3/5 modified", "1 m1 partial-up 3/5"],
  [
    "a partly reverted one whose down was repaired",
    "1 partial-down 1/2 down-modified",
    "1 m1 partial-down 1/2",
  ],

  [
    "modified",
    "1 applied modified, 2 stamped modified",
    `1 m1 applied
! modified (0001_m1.up.sql): 0001_m1.up.sql changed after it was applied on 2026-01-01.
  See what changed, then restore 0001_m1.up.sql, or put the change in a new migration:
  npm run migrate:show 1
${create}
2 m2 applied
! modified (0002_m2.up.sql): 0002_m2.up.sql changed after it was stamped on 2026-01-02.
  See what changed, then restore 0002_m2.up.sql, or put the change in a new migration:
  npm run migrate:show 2
${create}`,
  ],
  [
    "modified while partly reverted",
    "1 partial-down 1/2 modified",
    `1 m1 partial-down 1/2
! modified (0001_m1.up.sql): 0001_m1.up.sql changed after it was applied on 2026-01-01.
  See what changed, then restore 0001_m1.up.sql, or put the change in a new migration:
  npm run migrate:show 1
${create}`,
  ],
  [
    "down modified",
    "1 applied down-modified, 2 pending down-modified",
    `1 m1 applied
? modified (0001_m1.down.sql): 0001_m1.down.sql changed after 0001_m1 was applied on 2026-01-01.
  See what changed, and restore 0001_m1.down.sql before 0001_m1 is reverted:
  npm run migrate:show 1
2 m2 pending`,
  ],
  [
    "missing",
    "1 applied gone, 2 applied irreversible gone, 3 applied",
    `1 m1 applied
! missing (0001_m1.up.sql): 0001_m1 was applied on 2026-01-01, but its files are gone.
  Restore 0001_m1.up.sql and 0001_m1.down.sql from version control.
2 m2 applied
! missing (0002_m2.up.sql): 0002_m2 was applied on 2026-01-02, but its files are gone.
  Restore 0002_m2.up.sql from version control.
3 m3 applied`,
  ],
  [
    "missing while half-way",
    "1 partial 3/5 gone, 2 partial-down 1/2 gone, 3 pending",
    `1 m1 partial-up 3/5
! missing (0001_m1.up.sql): 0001_m1 is applied in part only (3 of 5 statements), but its files are gone.
  Restore 0001_m1.up.sql and 0001_m1.down.sql from version control.
2 m2 partial-down 1/2
! missing (0002_m2.up.sql): 0002_m2 is reverted in part only (1 of 2 statements), but its files are gone.
  Restore 0002_m2.up.sql and 0002_m2.down.sql from version control.
3 m3 pending`,
  ],
  [
    "ahead",
    "1 applied, 2 applied gone, 3 partial 1/4 gone",
    `1 m1 applied
2 m2 applied
! ahead (0002_m2.up.sql): 0002_m2 was applied on 2026-01-02, but this folder ends at 0001_m1: the database is ahead of it.
  ${aheadHint}
3 m3 partial-up 1/4
! ahead (0003_m3.up.sql): 0003_m3 is applied in part only (1 of 4 statements), but this folder ends at 0001_m1: the database is ahead of it.
  ${aheadHint}`,
  ],
  [
    "ahead of an empty folder",
    "1 applied gone",
    `1 m1 applied
! ahead (0001_m1.up.sql): 0001_m1 was applied on 2026-01-01, but this folder has no migrations: the database is ahead of it.
  ${aheadHint}`,
  ],
  [
    "out of order",
    "1 applied, 2 pending, 3 reverted, 4 applied, 5 pending",
    `1 m1 applied
2 m2 pending
! out-of-order (0002_m2.up.sql): 0002_m2 is not applied, but 0004_m4 was applied on 2026-01-04.
  Give 0002_m2 a version above 0004; or apply it late:
  npm run migrate:merge
${late}
3 m3 pending
! out-of-order (0003_m3.up.sql): 0003_m3 is not applied, but 0004_m4 was applied on 2026-01-04.
  Give 0003_m3 a version above 0004; or apply it late:
  npm run migrate:merge
${late}
4 m4 applied
5 m5 pending`,
  ],
  [
    "out of order below a partial one",
    "1 pending, 2 partial 3/5",
    `1 m1 pending
! out-of-order (0001_m1.up.sql): 0001_m1 is not applied, but 0002_m2 is applied in part only (3 of 5 statements).
  Give 0001_m1 a version above 0002; or apply it late:
  npm run migrate:merge
${late}
2 m2 partial-up 3/5`,
  ],
  [
    "renamed",
    "1 applied named x, 2 applied irreversible named y, 3 partial 1/2 named z",
    `1 x applied
! renamed (0001_x.up.sql): 0001_m1 was applied on 2026-01-01; its files are named 0001_x now.
  Rename them back to 0001_m1.up.sql and 0001_m1.down.sql; or record the new name:
  npm run migrate:repair -- 1 --reason "why"
2 y applied
! renamed (0002_y.up.sql): 0002_m2 was applied on 2026-01-02; its files are named 0002_y now.
  Rename them back to 0002_m2.up.sql; or record the new name:
  npm run migrate:repair -- 2 --reason "why"
3 z partial-up 1/2
! renamed (0003_z.up.sql): 0003_m3 is applied in part only (1 of 2 statements); its files are named 0003_z now.
  Rename them back to 0003_m3.up.sql and 0003_m3.down.sql; or record the new name:
  npm run migrate:repair -- 3 --reason "why"`,
  ],
  [
    "replaced by another migration",
    "1 applied replaced by other",
    `1 m1 applied
! missing (0001_other.up.sql): 0001_m1 was applied on 2026-01-01, but its files are gone and 0001_other has its number.
  Restore 0001_m1.up.sql and 0001_m1.down.sql, and give 0001_other a version of its own.`,
  ],
  [
    "renumbered upwards, downwards, and ahead",
    "2 applied as 1, 3 applied, 4 applied as 9, 5 applied as 6",
    `1 m2 pending
2 m2 applied
! renamed (0001_m2.up.sql): 0002_m2 was applied on 2026-01-01; the same text is numbered 0001_m2 now.
  Rename 0001_m2 back to 0002_m2.up.sql and 0002_m2.down.sql; or record the new number:
  npm run migrate:repair -- 2 --reason "why"
3 m3 applied
4 m4 applied
! renamed (0009_m4.up.sql): 0004_m4 was applied on 2026-01-03; the same text is numbered 0009_m4 now.
  Rename 0009_m4 back to 0004_m4.up.sql and 0004_m4.down.sql; or record the new number:
  npm run migrate:repair -- 4 --reason "why"
5 m5 applied
! renamed (0006_m5.up.sql): 0005_m5 was applied on 2026-01-04; the same text is numbered 0006_m5 now.
  Rename 0006_m5 back to 0005_m5.up.sql and 0005_m5.down.sql; or record the new number:
  npm run migrate:repair -- 5 --reason "why"
6 m5 pending
9 m4 pending`,
  ],
  [
    "renumbered and renamed",
    "1 applied as 2 named x",
    `1 m1 applied
! renamed (0002_x.up.sql): 0001_m1 was applied on 2026-01-01; the same text is numbered 0002_x now.
  Rename 0002_x back to 0001_m1.up.sql and 0001_m1.down.sql; or record the new number:
  npm run migrate:repair -- 1 --reason "why"
2 x pending`,
  ],
  [
    "renumbered, and its number taken",
    "1 applied as 2, 5 pending as 1",
    `1 m1 applied
! renamed (0002_m1.up.sql): 0001_m1 was applied on 2026-01-01; the same text is numbered 0002_m1 now, and 0001_m5 has its number.
  Rename 0002_m1 back to 0001_m1.up.sql and 0001_m1.down.sql, and give 0001_m5 a version of its own; or record the new number:
  npm run migrate:repair -- 1 --reason "why"
2 m1 pending`,
  ],
  [
    "a copy of an applied migration is just another migration",
    "1 applied, 1 pending as 2",
    "1 m1 applied\n2 m1 pending",
  ],
];

for (const [name, line, expected] of cases) {
  test(`judgeFolder: ${name}`, () => assert.equal(compact(line), expected));
}

test("judgeFolder: everything that is known of a version, ready for JSON", () => {
  const { migrations } = scene("1 applied, 2 pending irreversible, 3 pending");
  const entries = judgeFolder(migrations, [
    row(1, {}),
    row(2, {
      version: 3,
      name: "m3",
      total: 5,
      done: 2,
      finishedAt: null,
      durationMs: 20,
      error: "Table 't' already exists",
      osUser: "ben",
      intent: { statement: 3, hash: "", connection: 1, how: "ask", objects: [], before: null },
    }),
  ]);
  const nobody = { appliedAt: null, durationMs: null, dbUser: null, osUser: null, host: null };
  const fine = {
    error: null,
    underWay: null,
    stamped: false,
    change: null,
    irreversible: false,
    problems: [],
    warnings: [],
  };
  assert.deepEqual(JSON.parse(JSON.stringify(entries)), [
    {
      ...fine,
      version: 1,
      name: "m1",
      state: "applied",
      done: null,
      total: null,
      appliedAt: "2026-01-01T10:00:01.000Z",
      durationMs: 1000,
      dbUser: "app@%",
      osUser: "ann",
      host: "build-1",
      upFile: "0001_m1.up.sql",
      downFile: "0001_m1.down.sql",
    },
    {
      ...fine,
      ...nobody,
      version: 2,
      name: "m2",
      state: "pending",
      done: null,
      total: null,
      upFile: "0002_m2.up.sql",
      downFile: null,
      irreversible: true,
      problems: entries[1]?.problems,
    },
    {
      ...fine,
      ...nobody,
      version: 3,
      name: "m3",
      state: "partial-up",
      done: 2,
      total: 5,
      error: "Table 't' already exists",
      underWay: 3,
      dbUser: "app@%",
      osUser: "ben",
      host: "build-1",
      upFile: "0003_m3.up.sql",
      downFile: "0003_m3.down.sql",
    },
  ]);
});
