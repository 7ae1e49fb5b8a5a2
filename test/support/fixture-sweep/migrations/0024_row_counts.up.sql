-- What a statement reads of the one before it, be that one DML, DDL or a copy of a table.
CREATE TABLE source (id INT NOT NULL PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB;
INSERT INTO source VALUES (1, 1), (2, 2), (3, 3);
SET @inserted = ROW_COUNT();
CREATE TABLE taken ENGINE=InnoDB AS SELECT id, n FROM source;
SET @copied = ROW_COUNT();
ALTER TABLE taken ADD COLUMN late INT NULL;
SET @altered = ROW_COUNT();
UPDATE source SET n = n + 1 WHERE id > 1;
INSERT INTO ledger (entry, n) VALUES ('updated', ROW_COUNT());
INSERT INTO ledger (entry, n) VALUES ('inserted', @inserted), ('copied', @copied), ('altered', @altered);
CREATE TABLE IF NOT EXISTS taken_again ENGINE=InnoDB AS SELECT id, n FROM source WHERE id < 3;
INSERT INTO ledger (entry, n) VALUES ('copied again', ROW_COUNT());
DELETE FROM taken_again;
INSERT INTO ledger (entry, n) VALUES ('deleted', ROW_COUNT());
