import assert from "node:assert/strict";
import { test } from "node:test";
import { type BatchSizes, createBatchSize, createBatchSizes, gatherBatch } from "../../src/run/group";
import { createClassifier } from "../../src/syntax/classify";
import { splitText } from "../../src/syntax/splitter";

const MEGABYTE = 1024 * 1024;

function always(statements: number): BatchSizes {
  return { of: () => ({ statements, learn: () => {} }), learn: () => {} };
}

/** How many of the statements from `from` on are sent together. */
function gathered(sql: string, { from = 0, most = 1_000, packet = 64 * MEGABYTE } = {}): number {
  const batch = gatherBatch(splitText(sql), from, createClassifier(), always(most), packet);
  const numbers = batch.map(({ statement }) => statement.number);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => from + index + 1),
  );
  return batch.length;
}

const ROW = "INSERT INTO t VALUES (1);\n";
const ROWS = ROW.repeat(6);

const alone: readonly string[] = [
  "SELECT 1;",
  "CREATE TABLE u (id INT);",
  "TRUNCATE t;",
  "SET @a = 1;",
  "SET autocommit = 0;",
  "START TRANSACTION;",
  "COMMIT;",
  "SAVEPOINT a;",
  "ROLLBACK TO SAVEPOINT a;",
  "CALL p();",
  "EXECUTE s;",
  "LOAD DATA INFILE 'x' INTO TABLE t;",
  "LOCK TABLES t WRITE;",
  "DO 1;",
  "WITH c AS (SELECT 1) DELETE FROM t;",
  "INSERT INTO t VALUES (1) RETURNING id;",
  "INSERT INTO t VALUES (1) returning *;",
  "INSERT INTO t VALUES (1) /*!100500 RETURNING id */;",
  "DELETE FROM t RETURNING id;",
  "EXPLAIN DELETE FROM t;",
  "/*! INSERT INTO t VALUES (1) */;",
  "DELIMITER //\nINSERT INTO t VALUES (1); INSERT INTO t VALUES (2)//\nDELIMITER ;\n",
];

test("what may return rows, commit or be two statements goes alone", () => {
  for (const statement of alone) {
    assert.equal(gathered(`${ROWS}${statement}\n${ROWS}`), 6, `before ${statement}`);
    assert.equal(gathered(`${ROWS}${statement}\n${ROWS}`, { from: 6 }), 0, statement);
    assert.equal(gathered(`${ROWS}${statement}\n${ROWS}`, { from: 7 }), 6, `behind ${statement}`);
  }
});

const together: readonly string[] = [
  "INSERT INTO t VALUES ('RETURNING');",
  "REPLACE INTO t VALUES (1);",
  "update t SET a = 1;",
  "delete from t;",
  "INSERT INTO t SELECT * FROM u;",
  "INSERT INTO t SET a = 1;",
  "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2;",
  "INSERT INTO t VALUES ('a;b');",
  "INSERT INTO t VALUES (1) -- one; and two\n;",
  "DELIMITER //\nINSERT INTO t VALUES (1)//\nDELIMITER ;\n",
];

test("changes of rows go together", () => {
  for (const statement of together) {
    assert.equal(gathered(`${ROWS}${statement}\n${ROWS}`), 13, statement);
  }
});

test("a batch has its limits", () => {
  const cases: readonly (readonly [name: string, found: number, expected: number])[] = [
    ["three are not worth it", gathered(ROW.repeat(3)), 0],
    ["four are", gathered(ROW.repeat(4)), 4],
    ["the last four of a file", gathered(ROWS, { from: 2 }), 4],
    ["the last three", gathered(ROWS, { from: 3 }), 0],
    ["behind the last", gathered(ROWS, { from: 6 }), 0],
    ["no more than the server is known to do in time", gathered(ROWS, { most: 5 }), 5],
    ["when that is too few", gathered(ROWS, { most: 3 }), 0],
    // 24 characters each, and a quarter of the packet.
    ["no more than fit into a packet", gathered(ROW.repeat(99), { packet: 24 * 4 * 10 }), 10],
    ["one character less", gathered(ROW.repeat(99), { packet: 24 * 4 * 10 - 4 }), 9],
    ["64 K characters", gathered(`INSERT INTO t VALUES ('${"x".repeat(10_000)}');\n`.repeat(9)), 6],
    [
      "statements that are long go alone",
      gathered(`INSERT INTO t VALUES ('${"x".repeat(20_000)}');\n`.repeat(9)),
      0,
    ],
    [
      "a long one ends the batch",
      gathered(`${ROWS}INSERT INTO t VALUES ('${"x".repeat(70_000)}');\n${ROWS}`),
      6,
    ],
  ];
  for (const [name, found, expected] of cases) assert.equal(found, expected, name);
});

test("a batch fits into a packet however many bytes its characters have", () => {
  for (const character of ["x", "é", "€", "𝒳"]) {
    for (const length of [1, 30, 200]) {
      const statements = splitText(`INSERT t VALUE('${character.repeat(length)}');`.repeat(300));
      const batch = gatherBatch(statements, 0, createClassifier(), always(1_000), 4096);
      const sent = batch.map(({ statement }) => statement.text).join("\n;\n");
      assert.ok(
        Buffer.byteLength(sent) + 1 < 4096,
        `${character} ${length}: ${Buffer.byteLength(sent)} bytes`,
      );
      // What fits at all is not sent one by one.
      if (length === 1) assert.ok(batch.length > 20, `${character}: ${batch.length}`);
    }
  }
});

test("how many are sent follows what the last ones took", () => {
  const cases: readonly (readonly [
    name: string,
    learned: readonly (readonly [number, number])[],
    expected: number,
  ])[] = [
    ["a tenth of a second's worth", [[100, 50]], 200],
    ["a single quick one says little", [[1, 0.5]], 16],
    ["nor do a few", [[4, 0.4]], 64],
    ["never more than", [[1_000, 1]], 2_000],
    ["in no time at all", [[2_000, 0]], 2_000],
    ["slow ones go alone", [[1, 150]], 1],
    ["one of a second", [[16, 16_000]], 1],
    [
      "and together again when they are quick",
      [
        [1, 150],
        [1, 1],
      ],
      16,
    ],
  ];
  for (const [name, learned, expected] of cases) {
    const size = createBatchSize();
    for (const [count, ms] of learned) size.learn(count, ms);
    assert.equal(size.statements, expected, name);
  }
});

test("what is known of rows is not known of other changes", () => {
  const update = "UPDATE t SET n = 1;\n";
  const statements = splitText(`${ROWS}${update.repeat(6)}${ROWS}`);
  const sizes = createBatchSizes();
  const learn = (sql: string, ms: number): void => {
    const classify = createClassifier();
    sizes.learn(
      splitText(sql).map((statement) => ({ statement, classified: classify(statement) })),
      ms,
    );
  };
  const counts = (): readonly number[] =>
    [0, 6, 12].map((from) => gatherBatch(statements, from, createClassifier(), sizes, 64 * MEGABYTE).length);
  assert.deepEqual(counts(), [0, 0, 0], "nothing is known yet");
  learn(ROW, 1);
  assert.deepEqual(counts(), [6, 0, 6], "rows are quick");
  learn("CREATE TABLE t (n INT)", 1);
  assert.deepEqual(counts(), [6, 0, 6], "DDL says nothing");
  learn(update, 1);
  assert.deepEqual(counts(), [16, 12, 6], "the others are quick too");
  learn(update, 1_000);
  assert.deepEqual(counts(), [6, 0, 6], "not any more");
  learn(`${ROW}${update}${ROW}${update}`, 1_000);
  assert.deepEqual(counts(), [0, 0, 0], "slow together");
});
