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
  ["int", "varchar(20)", null],
  ["int", "varchar(10)", CHANGED],
  ["int(20) unsigned zerofill", "varchar(19)", CHANGED],
  ["decimal(5,0)", "int", null],
  ["decimal(10,0)", "int", CUT],
  ["int", "double", null],
  ["int", "float", CUT],
  ["float(10,5)", "double(10,4)", CUT],
  ["float(10,5)", "float", null],
  ["float", "float(10,5)", CUT],
  ["varbinary(8)", "binary(8)", CUT],
  ["binary(8)", "varbinary(8)", null],
  ["binary(8)", "binary(10)", CUT],
  ["varchar(8)", "char(8)", CUT],
  ["char(8)", "varchar(8)", null],
  ["uuid", "varchar(36)", null],
  ["inet6", "text", null],
  ["inet6", "varchar(36)", CHANGED],
  ["enum('a','bc')", "varchar(2)", null],
  ["enum('a','bc')", "varchar(1)", CHANGED],
  ["year(4)", "smallint", null],
  ["year", "tinyint", CUT],
  ["date", "varchar(10)", null],
  ["varchar(20)", "int", CHANGED],
  ["point", "geometry", null],
  ["geometry", "point", CHANGED],
  ["json", "longtext", null],
  ["json", "text", CHANGED],
];

for (const [from, to, loss] of CASES) {
  test(`narrowing: ${from} to ${to}`, () => {
    assert.equal(typeLoss(from, to), loss === null ? null : `${from} to ${to}: ${loss}`);
  });
}
