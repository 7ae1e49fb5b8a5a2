import assert from "node:assert/strict";
import { test } from "node:test";
import { type TableFacts, whyUnfit } from "../../src/online/fit";

const FIT: TableFacts = {
  type: "BASE TABLE",
  engine: "InnoDB",
  foreignKeys: [],
  triggers: [],
  checks: [],
  hasKey: true,
};
const ALTER = "ALTER TABLE t MODIFY a BIGINT";

/** Statement, table's name, what the table has, and what the refusal says; null: the tool can. */
const ROWS: readonly (readonly [string, string, Partial<TableFacts>, RegExp | null])[] = [
  [ALTER, "t", {}, null],
  [ALTER, "order-items", {}, null],
  ["ALTER TABLE t ADD COLUMN c INT, DROP COLUMN d", "t", {}, null],
  ["ALTER TABLE t RENAME INDEX a TO b, MODIFY a BIGINT", "t", {}, null],
  [ALTER, "t", { type: null }, /there is no such table/],
  [ALTER, "a,b", {}, /a name like this/],
  [ALTER, "x".repeat(59), {}, /a name like this/],
  [ALTER, "t", { type: "SYSTEM VERSIONED" }, /it is a system versioned/],
  [ALTER, "t", { engine: "MyISAM" }, /its engine is MyISAM/],
  [ALTER, "t", { hasKey: false }, /no primary key/],
  [ALTER, "t", { foreignKeys: ["child.fk"] }, /foreign keys .*child\.fk/],
  [ALTER, "t", { triggers: ["own"] }, /it has triggers \(own\)/],
  [ALTER, "t", { checks: ["positive"] }, /CHECK constraints .*positive/],
  // What the tool would take for a column that goes and another that comes, without its values.
  ["ALTER TABLE t RENAME COLUMN a TO b, MODIFY c BIGINT", "t", {}, /it also renames a, whose values/],
  ["ALTER TABLE t CHANGE a b BIGINT", "t", {}, /it also renames a/],
  ["ALTER TABLE t RENAME TO u, MODIFY a BIGINT", "t", {}, /renames the table/],
  // And what it would take for a column that stays, with its values.
  ["ALTER TABLE t DROP COLUMN a, ADD COLUMN a BIGINT", "t", {}, /drops a column and adds it again/],
  ["ALTER TABLE t ADD UNIQUE (b), MODIFY a BIGINT", "t", {}, /about a unique key/],
  ["ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (b)", "t", {}, /about a unique key/],
  ["ALTER TABLE t MODIFY a BIGINT COMMENT 'UNIQUE'", "t", {}, null],
  ["ALTER TABLE t DISCARD TABLESPACE", "t", {}, /files or another table/],
];

for (const [text, name, facts, expected] of ROWS) {
  test(`${text.slice(0, 60)} of ${name.slice(0, 12)} with ${JSON.stringify(facts)}`, () => {
    const unfit = whyUnfit(text, name, { ...FIT, ...facts });
    if (expected === null) assert.equal(unfit, null);
    else assert.match(unfit?.why ?? "", expected);
  });
}
