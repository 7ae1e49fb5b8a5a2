import assert from "node:assert/strict";
import { test } from "node:test";
import { readLockItems } from "../../src/syntax/lock-list";

const cases: readonly (readonly [name: string, sql: string, items: readonly string[]])[] = [
  ["one", "LOCK TABLES a WRITE", ["a: a WRITE"]],
  ["several, with an alias", "LOCK TABLES a READ, b AS x WRITE", ["a: a READ", "b: b AS x WRITE"]],
  [
    "qualified and quoted",
    "LOCK TABLE `my db`.`t,1` LOW_PRIORITY WRITE",
    ["my db.t,1: `my db`.`t,1` LOW_PRIORITY WRITE"],
  ],
];

for (const [name, sql, expected] of cases) {
  test(`the tables of LOCK TABLES: ${name}`, () => {
    const items = readLockItems(sql).map(
      ({ text, database, name: table }) => `${database === null ? "" : `${database}.`}${table}: ${text}`,
    );
    assert.deepEqual(items, expected);
  });
}
