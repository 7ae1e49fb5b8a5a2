import assert from "node:assert/strict";
import { test } from "node:test";
import { readRenameDeclarations } from "../../src/schema/rename-declarations";

interface Case {
  readonly name: string;
  readonly sql: string;
  /** `table<old`, `table.column<old`, `index table.key<old`; line, old name and reason where it is refused. */
  readonly found: readonly string[];
}

const NOWHERE = "neither its line nor the one below has a table, column, index or constraint";
const unclear = (names: string): string =>
  `its line has ${names}: it does not show which one is meant. Give each a line of its own`;

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
    name: "alone, with white space and other comments before what it is about",
    sql: "-- renamed from z\n\n-- users\nCREATE TABLE a (b int);",
    found: ["a<z"],
  },
  {
    name: "behind the last line of a table",
    sql: "CREATE TABLE a (\n  b int\n) ENGINE=InnoDB; -- renamed from z",
    found: ["a<z"],
  },
  {
    name: "table and column",
    sql: "CREATE TABLE a ( -- renamed from z\n  b int -- renamed from c\n);",
    found: ["a<z", "a.b<c"],
  },
  {
    name: "quoted names",
    sql: "CREATE TABLE `a``b` (\n `c d` int -- renamed from `e f`\n);",
    found: ["a`b.c d<e f"],
  },
  { name: "any case", sql: "CREATE TABLE a (\nb int -- Renamed From C\n);", found: ["a.b<C"] },
  {
    name: "other comment styles",
    sql: "CREATE TABLE a (\n b int, # renamed from c\n d int /* renamed from e */);",
    found: ["a.b<c", "a.d<e"],
  },
  {
    name: "above a key",
    sql: "CREATE TABLE a (\n b int, -- renamed from c\n KEY k (b)\n);",
    found: ["a.b<c"],
  },
  {
    name: "definition over two lines",
    sql: "CREATE TABLE a (\n b int\n NOT NULL, -- renamed from c\n d int);",
    found: ["a.b<c"],
  },
  {
    name: "parentheses and commas inside",
    sql: "CREATE TABLE a (\n b decimal(10,2), -- renamed from c\n d enum('x','y'));",
    found: ["a.b<c"],
  },
  {
    name: "database and options",
    sql: "CREATE OR REPLACE TABLE IF NOT EXISTS x.a (\n b int -- renamed from c\n);",
    found: ["a.b<c"],
  },
  { name: "inside a string", sql: "CREATE TABLE a (b int COMMENT '-- renamed from c\n');", found: [] },
  {
    name: "more words behind",
    sql: "CREATE TABLE a (\n b int -- renamed from c in spring\n);",
    found: ["a.b<c"],
  },
  {
    name: "every kind of key",
    sql: [
      "CREATE TABLE a (",
      " b int,",
      " KEY k1 (b), -- renamed from o1",
      " INDEX `k2` (b), -- renamed from o2",
      " UNIQUE k3 (b), -- renamed from o3",
      " UNIQUE KEY k4 (b), -- renamed from o4",
      " FULLTEXT KEY k5 (b), -- renamed from o5",
      " CONSTRAINT k6 UNIQUE (b), -- renamed from o6",
      " CONSTRAINT c7 UNIQUE KEY k7 (b), -- renamed from o7",
      " CONSTRAINT f1",
      "   FOREIGN KEY (b)",
      "   REFERENCES p (id), -- renamed from o8",
      " CONSTRAINT c1 CHECK (b > 0) -- renamed from o9",
      ");",
    ].join("\n"),
    found: [
      "index a.k1<o1",
      "index a.k2<o2",
      "index a.k3<o3",
      "index a.k4<o4",
      "index a.k5<o5",
      "index a.k6<o6",
      "index a.k7<o7",
      "foreign key a.f1<o8",
      "check a.c1<o9",
    ],
  },
  {
    name: "an index in a statement of its own",
    sql: "CREATE UNIQUE INDEX k ON a (b); -- renamed from o",
    found: ["index a.k<o"],
  },
  {
    name: "columns that are called like keywords",
    sql: "CREATE TABLE a (\n `key` int, -- renamed from c\n period int, -- renamed from d\n vector int -- renamed from e\n);",
    found: ["a.key<c", "a.period<d", "a.vector<e"],
  },
  {
    name: "a program's own comments",
    sql: "DELIMITER //\nCREATE PROCEDURE p()\nBEGIN\n  SELECT 1; -- renamed from c\nEND//\nDELIMITER ;\n",
    found: [],
  },
  {
    name: "refused: beside another statement",
    sql: "SELECT 1; -- renamed from c\n",
    found: ["1: c: it is about a statement, which cannot be renamed so"],
  },
  {
    name: "refused: at the end of the file",
    sql: "CREATE TABLE a (b int);\n-- renamed from c\n",
    found: [`2: c: ${NOWHERE}`],
  },
  {
    name: "refused: below the last column",
    sql: "CREATE TABLE a (\n b int\n -- renamed from c\n);",
    found: [`3: c: ${NOWHERE}`],
  },
  {
    name: "refused: beside the closing parenthesis",
    sql: "CREATE TABLE a (\n b int\n); -- renamed from c",
    found: [`3: c: ${NOWHERE}`],
  },
  {
    name: "refused: two columns on the line",
    sql: "CREATE TABLE a (\n b int, d int -- renamed from c\n);",
    found: [`2: c: ${unclear("column b of a and column d of a")}`],
  },
  {
    name: "refused: a column and a key on the line",
    sql: "CREATE TABLE a (\n b int, KEY k (b) -- renamed from c\n);",
    found: [`2: c: ${unclear("column b of a and index k of a")}`],
  },
  {
    name: "refused: a whole table on the line",
    sql: "CREATE TABLE a (b int); -- renamed from c",
    found: [`1: c: ${unclear("table a and column b of a")}`],
  },
  {
    name: "refused: two columns on the line below",
    sql: "CREATE TABLE a (\n -- renamed from c\n b int, d int\n);",
    found: [
      "2: c: the line below has column b of a and column d of a: it does not show which one is meant. Give each a line of its own",
    ],
  },
  {
    name: "refused: two comments about one column",
    sql: "CREATE TABLE a (\n -- renamed from c\n b int -- renamed from d\n);",
    found: ["a.b<c", '3: d: line 2 says "renamed from c" about the same column b of a'],
  },
  {
    name: "refused: no name",
    sql: "CREATE TABLE a (\n b int -- renamed from\n);",
    found: ["2: : it gives no name"],
  },
  {
    name: "refused: a key without a name",
    sql: "CREATE TABLE a (\n b int,\n KEY (b) -- renamed from c\n);",
    found: ["3: c: the index has no name. Give it one"],
  },
  {
    name: "refused: a primary key, a partition, a view",
    sql: [
      "CREATE TABLE a (",
      " b int,",
      " PRIMARY KEY (b) -- renamed from c",
      ") PARTITION BY RANGE (b) (",
      " PARTITION p1 VALUES LESS THAN (5), -- renamed from d",
      " PARTITION p2 VALUES LESS THAN (9)",
      ");",
      "-- renamed from e",
      "CREATE VIEW v AS SELECT 1;",
    ].join("\n"),
    found: [
      "3: c: it is about a primary key of a, which cannot be renamed so",
      "5: d: it is about partition p1 of a, which cannot be renamed so",
      "8: e: it is about view v, which cannot be renamed so",
    ],
  },
];

for (const { name, sql, found } of CASES) {
  test(`rename declaration: ${name}`, () => {
    const shown = readRenameDeclarations(sql).map(({ line, from, subject, problem }) => {
      if (subject === null) return `${line}: ${from}: ${problem}`;
      const { kind, table, name: own } = subject;
      if (kind === "table") return `${table}<${from}`;
      return `${kind === "column" ? "" : `${kind} `}${table}.${own}<${from}`;
    });
    assert.deepEqual(shown, found);
  });
}
