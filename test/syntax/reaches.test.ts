import assert from "node:assert/strict";
import { test } from "node:test";
import { readReaches } from "../../src/syntax/reaches";

const ROWS: readonly (readonly [text: string, ...reaches: readonly string[]])[] = [
  ["INSERT INTO t (a) VALUES", "target t", "called t"],
  ["INSERT t VALUES (1)", "target t"],
  ["INSERT /* now */ IGNORE INTO `a b` . `t``s` SELECT * FROM u", "target a b.t`s", "used u"],
  ["REPLACE DELAYED t SET a = REPLACE(b, 'x', 'y')", "target t", "called REPLACE"],
  ['INSERT INTO "t" VALUES', "target t"],
  ["LOAD DATA INFILE 'f' INTO TABLE d.t", "target d.t"],
  ["PREPARE s FROM 'INSERT INTO t VALUES (?)'", "target t"],
  ["BEGIN NOT ATOMIC INSERT INTO t VALUES (1); CALL d.p; END", "target t", "called d.p"],
  ["UPDATE t JOIN u SET t.a = f(u.a)", "used t", "used u", "called f"],
  ["DELETE FROM t", "used t"],
  ["CALL p()", "called p"],
  ["SELECT EXTRACT(YEAR FROM d.day) FROM d", "used d"],
  [`UPDATE t SET a = '${"x".repeat(100_000)}'`, "used t"],
  [`UPDATE t SET a = '${"`".repeat(100_000)}'`, "used t"],
  [`UPDATE t SET a = '${"INSERT /*".repeat(10_000)}'`, "used t"],
  ["SELECT 1"],
];

test("what a statement may insert into is read from it", () => {
  for (const [text, ...expected] of ROWS) {
    const found = readReaches(text).map(
      ({ as, database, name }) => `${as} ${database === null ? "" : `${database}.`}${name}`,
    );
    assert.deepEqual([...new Set(found)].sort(), [...expected].sort(), text);
  }
});
