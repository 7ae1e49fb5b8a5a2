import assert from "node:assert/strict";
import { test } from "node:test";
import { typeLoss } from "../../src/schema/narrowing";

const CUT = "values that are too long or too large are refused or cut";
const CHANGED = "values that cannot be converted are refused or changed";

const CASES: readonly (readonly [from: string, to: string, loss: string | null])[] = [
  ["int", "int", null],
  ["int", "bigint", null],
  ["int(11)", "bigint(20)", null],
  ["bigint", "int", CUT],
  ["int", "int unsigned", CUT],
  ["int unsigned", "bigint", null],
  ["int unsigned", "int", CUT],
  ["tinyint(1)", "smallint unsigned", CUT],
  ["int", "decimal(10,0)", null],
  ["int", "decimal(5,0)", CUT],
  ["decimal(10,2)", "decimal(12,2)", null],
  ["decimal(10,2)", "decimal(12,4)", null],
  ["decimal(10,2)", "decimal(10,4)", CUT],
  ["decimal(10,2)", "decimal(10,1)", CUT],
  ["float", "double", null],
  ["double", "float", CUT],
  ["varchar(20)", "varchar(40)", null],
  ["varchar(40)", "varchar(20)", CUT],
  ["varchar(20)", "text", null],
  ["varchar(20000)", "text", CUT],
  ["text", "mediumtext", null],
  ["mediumtext", "text", CUT],
  ["text", "varchar(200)", CUT],
  ["varbinary(8)", "blob", null],
  ["blob", "tinyblob", CUT],
  ["date", "datetime", null],
  ["datetime", "date", CHANGED],
  ["datetime(3)", "datetime", CUT],
  ["datetime", "datetime(6)", null],
  ["timestamp", "datetime", null],
  ["enum('a','b')", "enum('b','a','c')", null],
  ["enum('a','it''s')", "enum('a')", "rows with 'it's' lose the value"],
  ["set('x','y')", "set('y')", "rows with 'x' lose the value"],
  ["bit(4)", "bit(8)", null],
  ["bit(8)", "bit(4)", CUT],
  ["int", "varchar(20)", CHANGED],
  ["varchar(20)", "int", CHANGED],
  ["point", "geometry", null],
  ["geometry", "point", CHANGED],
  ["json", "longtext", CHANGED],
];

for (const [from, to, loss] of CASES) {
  test(`narrowing: ${from} to ${to}`, () => {
    assert.equal(typeLoss(from, to), loss === null ? null : `${from} to ${to}: ${loss}`);
  });
}
