import assert from "node:assert/strict";
import { test } from "node:test";
import { readRenameDeclarations, renamesFrom } from "../../src/schema/rename-declarations";

interface Case {
  readonly name: string;
  readonly sql: string;
  /** `table.column<old` or `table<old`; `?<old` when it stands beside nothing. */
  readonly found: readonly string[];
}

const CASES: readonly Case[] = [
  { name: "none", sql: "CREATE TABLE a (b int);", found: [] },
  { name: "column", sql: "CREATE TABLE a (\n  b int, -- renamed from c\n  d int\n);", found: ["a.b<c"] },
  { name: "last column", sql: "CREATE TABLE a (\n  b int -- renamed from c\n);", found: ["a.b<c"] },
  { name: "table", sql: "CREATE TABLE a ( -- renamed from z\n  b int\n);", found: ["a<z"] },
  {
    name: "alone above a column",
    sql: "CREATE TABLE a (\n  -- renamed from c\n  b int\n);",
    found: ["a.b<c"],
  },
  { name: "alone above a table", sql: "-- renamed from z\nCREATE TABLE a (b int);", found: ["a<z"] },
  {
    name: "both",
    sql: "CREATE TABLE a ( -- renamed from z\n  b int -- renamed from c\n);",
    found: ["a<z", "a.b<c"],
  },
  {
    name: "quoted names",
    sql: "CREATE TABLE `a``b` (\n `c d` int -- renamed from `e f`\n);",
    found: ["a`b.c d<e f"],
  },
  { name: "any case", sql: "CREATE TABLE a (b int -- Renamed From C\n);", found: ["a.b<C"] },
  {
    name: "other comment styles",
    sql: "CREATE TABLE a (b int, # renamed from c\n d int /* renamed from e */);",
    found: ["a.b<c", "a.d<e"],
  },
  {
    name: "behind a constraint",
    sql: "CREATE TABLE a (b int, -- renamed from c\n KEY k (b)\n);",
    found: ["a.b<c"],
  },
  {
    name: "definition over two lines",
    sql: "CREATE TABLE a (b int\n NOT NULL, -- renamed from c\n d int);",
    found: ["a.b<c"],
  },
  {
    name: "parentheses and commas inside",
    sql: "CREATE TABLE a (b decimal(10,2), -- renamed from c\n d enum('x','y'));",
    found: ["a.b<c"],
  },
  {
    name: "database and options",
    sql: "CREATE OR REPLACE TABLE IF NOT EXISTS x.a (b int -- renamed from c\n);",
    found: ["a.b<c"],
  },
  { name: "inside a string", sql: "CREATE TABLE a (b int COMMENT '-- renamed from c\n');", found: [] },
  { name: "beside nothing", sql: "SELECT 1; -- renamed from c\n", found: ["?<c"] },
  {
    name: "more words behind",
    sql: "CREATE TABLE a (b int -- renamed from c in spring\n);",
    found: ["a.b<c"],
  },
];

for (const { name, sql, found } of CASES) {
  test(`rename declaration: ${name}`, () => {
    const declarations = readRenameDeclarations(sql);
    const shown = declarations.map(({ from, subject }) => {
      if (subject === null) return `?<${from}`;
      return `${subject.table}${subject.column === null ? "" : `.${subject.column}`}<${from}`;
    });
    assert.deepEqual(shown, found);
    const { tables, columns } = renamesFrom(declarations);
    assert.equal(tables.length + columns.length, found.filter((each) => !each.startsWith("?")).length);
  });
}
