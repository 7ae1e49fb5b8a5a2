import assert from "node:assert/strict";
import { test } from "node:test";
import { splitText } from "../../src/syntax/splitter";
import { entryStatements, rowMigrations, tableMigrations } from "./generate";

const SIZES = [
  { name: "one row per INSERT", bytes: 3_000_000, statementBytes: 0 },
  { name: "one big INSERT after another", bytes: 3_000_000, statementBytes: 1_000_000 },
  { name: "less than one big INSERT", bytes: 300_000, statementBytes: 1_000_000 },
];

for (const { name, bytes, statementBytes } of SIZES) {
  test(`entries, ${name}: about the size that was asked for, in whole statements, all rows counted`, () => {
    const pieces = [...entryStatements(bytes, statementBytes)];
    const text = pieces.map((piece) => piece.text).join("");
    const rows = pieces.reduce((sum, { rowCount }) => sum + rowCount, 0);
    const statements = splitText(text);
    assert.ok(Math.abs(Buffer.byteLength(text) / bytes - 1) < 0.05, `${Buffer.byteLength(text)} bytes`);
    assert.equal(statements.length, statementBytes === 0 ? rows : Math.ceil(bytes / statementBytes));
    assert.deepEqual(
      [...text.matchAll(/\((\d+),'/g)].map(([, id]) => Number(id)),
      Array.from({ length: rows }, (_, index) => index + 1),
    );
  });
}

test("migrations sort by name as they are numbered, and each up file has its down file's opposite", () => {
  for (const make of [tableMigrations, rowMigrations]) {
    const names = make(1001).map(({ name }) => name);
    assert.deepEqual([...names].sort(), names);
  }
  assert.match(tableMigrations(2)[1]?.up ?? "", /^CREATE TABLE table_2 \(/);
  assert.equal(tableMigrations(2)[1]?.down, "DROP TABLE table_2;\n");
});
