import assert from "node:assert/strict";
import { test } from "node:test";
import { makeReport, type ReportInput } from "../../src/report/make";
import { objectLists } from "../../src/schema/kinds/all-kinds";

const facts = { definitions: new Map(), sizes: new Map() };

const EMPTY: ReportInput = {
  title: "blog",
  server: "MySQL 9.7.4",
  tool: "0.0.0",
  of: "at version 1",
  version: 1,
  remarks: [],
  made: new Date(0),
  schema: { tables: [], ...objectLists(() => []), notCompared: [] },
  facts,
  entries: [],
  isStateKnown: true,
  texts: new Map(),
  rows: [],
  difference: null,
  drift: null,
  noBackslashEscapes: false,
};

const SECRETS: readonly string[] = [
  "CREATE USER a IDENTIFIED BY 'tops3cret'",
  "-- who\nDO 1;\nSET PASSWORD FOR 'a'@'%' = 'tops3cret';\nDO 2;",
  "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD 'tops3cret')",
  "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='mysql://u:tops3cret@h/d/t'",
  "CREATE USER a IDENTIFIED BY 'tops3cret'; SELECT 'without end",
];

for (const sql of SECRETS) {
  test(`report: a password is left out of ${sql.slice(0, 30).replaceAll("\n", " ")}`, () => {
    const entry = {
      version: 1,
      name: "a",
      state: "pending",
      problems: [],
      warnings: [],
    } as unknown as ReportInput["entries"][number];
    const made = makeReport({
      ...EMPTY,
      entries: [entry],
      texts: new Map([[1, { up: sql, down: sql, missing: null }]]),
      drift: sql,
      difference: {
        title: "Pending",
        from: EMPTY.schema,
        to: EMPTY.schema,
        fromFacts: facts,
        toFacts: facts,
        sql,
        findings: null,
      },
    });
    const shown = JSON.stringify(made);
    assert.ok(!shown.includes("tops3cret"), shown);
    assert.ok(shown.includes("'…'"), shown);
  });
}
