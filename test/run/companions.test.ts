import assert from "node:assert/strict";
import { test } from "node:test";
import { gatherCompanions, type Work } from "../../src/run/companions";
import { classify } from "../../src/syntax/classify";
import { splitText } from "../../src/syntax/splitter";

const PACKET = 16 * 1024 * 1024;

/** What of a file's beginning is announced together, as the number of statements; 0: its first goes alone. */
const cases: readonly (readonly [name: string, sql: string, expected: number])[] = [
  ["plain tables", "CREATE TABLE a (id INT); CREATE TABLE b (id INT); CREATE TABLE c (id INT)", 3],
  ["too few to be worth it", "CREATE TABLE a (id INT); CREATE TABLE b (id INT)", 0],
  [
    "the next is no CREATE TABLE",
    "CREATE TABLE a (x INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT); DROP TABLE a",
    3,
  ],
  ["rows in between", "CREATE TABLE a (x INT); INSERT INTO a VALUES (1); CREATE TABLE c (x INT)", 0],
  [
    "names in quotes, databases",
    "CREATE TABLE `a` (x INT); CREATE TABLE d.b (x INT); create table `d`.`c` (x INT)",
    3,
  ],
  [
    "an engine with transactions",
    "CREATE TABLE a (x INT) ENGINE=InnoDB; CREATE TABLE b (x INT) engine innodb; CREATE TABLE c (x INT)",
    3,
  ],
  [
    "columns and options",
    "CREATE TABLE a (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, type VARCHAR(9) DEFAULT 'x', KEY (type)) DEFAULT CHARSET=utf8mb4 COMMENT='one'; CREATE TABLE b (x INT); CREATE TABLE c (x INT)",
    3,
  ],
  [
    "one table twice",
    "CREATE TABLE a (x INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT); CREATE TABLE A (x INT)",
    3,
  ],
  [
    "one name in two databases",
    "CREATE TABLE a (x INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT); CREATE TABLE d.a (x INT)",
    3,
  ],
  [
    "a later one names an earlier one",
    "CREATE TABLE a (x INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT); CREATE TABLE d (x INT COMMENT 'of b')",
    3,
  ],
  [
    "an earlier one names a later one",
    "CREATE TABLE a (d INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT); CREATE TABLE d (x INT)",
    3,
  ],
];

/** What goes alone wherever it stands. */
const alone: readonly string[] = [
  "CREATE TABLE z (x INT, FOREIGN KEY (x) REFERENCES other (id))",
  "CREATE TABLE z (x INT REFERENCES other (id))",
  "CREATE TABLE z LIKE other",
  "CREATE TABLE z (LIKE other)",
  "CREATE TABLE z SELECT 1",
  "CREATE TABLE z AS SELECT 1",
  "CREATE TABLE z TABLE other",
  "CREATE TABLE z VALUES ROW(1)",
  "CREATE TABLE z (x INT) ENGINE=MyISAM",
  "CREATE TABLE z (x INT) ENGINE = 'MyISAM'",
  "CREATE TABLE z (x INT) ENGINE=MERGE UNION=(other)",
  "CREATE TABLE z (x INT) PARTITION BY HASH (x) PARTITIONS 2",
  "CREATE TABLE z (x INT CHECK (x > 0))",
  "CREATE TABLE z (x INT AS (1 + 1))",
  "CREATE TABLE z (x INT) DATA DIRECTORY='/tmp'",
  "CREATE TABLE z (x INT) TABLESPACE t",
  "CREATE TABLE z (x INT DEFAULT NEXTVAL(s))",
  "CREATE TABLE z (x INT) WITH SYSTEM VERSIONING",
  "CREATE TABLE z (x INT /*!80000 INVISIBLE */)",
  "CREATE TABLE z (x VARCHAR(9) DEFAULT 'a\\\\b')",
  "CREATE TABLE z (x VARCHAR(9) DEFAULT 'a;b')",
  "CREATE TABLE `z z` (x INT)",
  "CREATE TABLE é (x INT)",
  "CREATE TABLE IF NOT EXISTS z (x INT)",
  "CREATE OR REPLACE TABLE z (x INT)",
  "CREATE TEMPORARY TABLE z (x INT)",
  "CREATE TABLE z (x INT DEFAULT (@n))",
  "CREATE TABLE z (x BIGINT DEFAULT (LAST_INSERT_ID()))",
  "CREATE TABLE z (x INT DEFAULT (ROW_COUNT()))",
  "CREATE VIEW z SELECT 1",
  "CREATE VIEW z AS SELECT 1",
  "CREATE INDEX z ON other (x)",
  "CREATE SEQUENCE z",
  "CREATE DATABASE z",
  "CREATE TRIGGER z BEFORE INSERT ON other FOR EACH ROW SET @n = 1",
  "ALTER TABLE other ADD y INT",
  "DROP TABLE other",
  "RENAME TABLE other TO z",
  "TRUNCATE TABLE other",
  "INSERT INTO other VALUES (1)",
  "SET sql_mode = ''",
  "USE z",
  "PREPARE z FROM 'CREATE TABLE z (x INT)'",
  "EXECUTE z",
  "CALL z()",
  "START TRANSACTION",
  "LOCK TABLES other WRITE",
  "GRANT SELECT ON other TO somebody",
];

function works(sql: string): readonly Work[] {
  return splitText(sql, { noBackslashEscapes: false, fileName: "a" }).map((statement) => ({
    statement,
    classified: classify(statement.text),
  }));
}

for (const [name, sql, expected] of cases) {
  test(`announced together: ${name}`, () => {
    assert.equal(gatherCompanions(works(sql), 100, PACKET).length, expected);
  });
}

test("all others go alone, first, last and in between", () => {
  const three = ["a", "b", "c"].map((name) => works(`CREATE TABLE ${name} (x INT)`)[0] as Work);
  for (const text of alone) {
    const [one] = works(text.includes(";") ? `DELIMITER //\n${text}//` : text);
    assert.ok(one !== undefined, text);
    assert.equal(gatherCompanions([one, ...three], 100, PACKET).length, 0, text);
    assert.equal(gatherCompanions([...three, one], 100, PACKET).length, 3, text);
    assert.equal(gatherCompanions([...three.slice(1), one, ...three], 100, PACKET).length, 0, text);
  }
});

test("no more go together than were asked for, and than fit into a packet", () => {
  const many = works(Array.from({ length: 50 }, (_, n) => `CREATE TABLE t${n} (x INT);\n`).join(""));
  assert.equal(gatherCompanions(many, 20, PACKET).length, 20);
  assert.equal(gatherCompanions(many, 2, PACKET).length, 0);
  assert.equal(gatherCompanions(many, 1, PACKET).length, 0);
  const length = many.slice(0, 10).reduce((sum, { statement }) => sum + statement.text.length, 0);
  assert.equal(gatherCompanions(many, 100, length * 16).length, 10);
});
