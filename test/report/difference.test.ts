import assert from "node:assert/strict";
import { test } from "node:test";
import { differenceOf } from "../../src/report/difference";
import type { ReportedTable } from "../../src/report/model";
import { column, key, table } from "./sample";

/** Before, after, and what is said: `~ users: + email int; index by_email added`. */
const ROWS: readonly (readonly [
  name: string,
  before: readonly ReportedTable[],
  after: readonly ReportedTable[],
  said: readonly string[],
])[] = [
  ["nothing", [table("a")], [table("a")], []],
  ["a new table", [], [table("a")], ["added a: added id int"]],
  ["a table that goes", [table("a")], [], ["dropped a: dropped id int"]],
  [
    "a new column",
    [table("a")],
    [table("a", { columns: [column("id", { key: "primary" }), column("b")] })],
    ["changed a: added b int"],
  ],
  [
    "a column that goes",
    [table("a", { columns: [column("id"), column("b")] })],
    [table("a", { columns: [column("id")] })],
    ["changed a: dropped b int"],
  ],
  [
    "all of a column",
    [
      table("a", {
        columns: [column("b", { type: "varchar(5)", nullable: true, default: "NULL", comment: "x" })],
      }),
    ],
    [table("a", { columns: [column("b", { default: "1" })] })],
    ["changed a: changed b int (was varchar(5), was nullable, default was NULL, comment changed)"],
  ],
  [
    "an index, a key, a check, a trigger",
    [
      table("a", {
        indexes: [{ name: "i", kind: "index", parts: ["id"], more: "" }],
        checks: [{ name: "c", expression: "(1)" }],
      }),
    ],
    [
      table("a", {
        indexes: [{ name: "i", kind: "unique", parts: ["id"], more: "" }],
        references: [key("f", "b", "id")],
        triggers: [{ name: "t", when: "BEFORE INSERT", body: "DO 1" }],
      }),
    ],
    ["changed a: index i changed, foreign key f added, check c dropped, trigger t added"],
  ],
  [
    "its place in keys alone is told with the keys",
    [table("a")],
    [table("a", { columns: [column("id")] })],
    [],
  ],
  [
    "a counter or another rendering of the same is no change",
    [table("a", { definition: "x" })],
    [table("a", { definition: "y" })],
    [],
  ],
  [
    "a view's query",
    [table("v", { kind: "view", columns: [], definition: "CREATE VIEW v AS SELECT 1" })],
    [table("v", { kind: "view", columns: [], definition: "CREATE VIEW v AS SELECT 2" })],
    ["changed v: definition changed"],
  ],
  [
    "by name",
    [table("b"), table("a")],
    [table("c"), table("b", { comment: "x" })],
    ["dropped a: dropped id int", "changed b: comment changed", "added c: added id int"],
  ],
];

for (const [name, before, after, said] of ROWS) {
  test(`report, difference: ${name}`, () => {
    const { tables } = differenceOf({ tables: before, programs: [] }, { tables: after, programs: [] });
    const lines = tables.map((one) => {
      const columns = one.columns.map(
        (each) => `${each.mark} ${each.name} ${each.type}${each.note === "" ? "" : ` (${each.note})`}`,
      );
      return `${one.mark} ${one.name}: ${[...columns, ...one.notes].join(", ")}`;
    });
    assert.deepEqual(lines, said);
  });
}

test("report, difference: routines and events by kind and name", () => {
  const program = (kind: string, definition: string) => ({ kind, name: "p", definition });
  const { others } = differenceOf(
    { tables: [], programs: [program("procedure", "1"), program("event", "1")] },
    { tables: [], programs: [program("procedure", "2"), program("function", "1")] },
  );
  assert.deepEqual(
    others.map(({ mark, what }) => `${mark} ${what}`),
    ["changed procedure p", "added function p", "dropped event p"],
  );
});
