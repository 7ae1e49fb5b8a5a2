-- What a statement reads of the rows that the one before it changed. (Behind DDL such a value dies with the session, and a
-- second run stops and says so: see test/run/row-count.test.ts.)
CREATE TABLE source (id INT NOT NULL PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB;
INSERT INTO source VALUES (1, 1), (2, 2), (3, 3);
SET @inserted = ROW_COUNT();
CREATE TABLE taken ENGINE=InnoDB AS SELECT id, n FROM source;
ALTER TABLE taken ADD COLUMN late INT NULL;
UPDATE source SET n = n + 1 WHERE id > 1;
INSERT INTO ledger (entry, n) VALUES ('updated', ROW_COUNT());
INSERT INTO ledger (entry, n) VALUES ('inserted', @inserted);
CREATE TABLE IF NOT EXISTS taken_again ENGINE=InnoDB AS SELECT id, n FROM source WHERE id < 3;
DELETE FROM taken_again;
INSERT INTO ledger (entry, n) VALUES ('deleted', ROW_COUNT());
