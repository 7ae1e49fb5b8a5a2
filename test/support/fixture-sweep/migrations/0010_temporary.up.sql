-- A temporary table that is filled, outlives a DDL and is read after it.
CREATE TABLE item (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL, n INT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO item (name, n) VALUES ('a', 1), ('b', 2);
CREATE TEMPORARY TABLE draft (name VARCHAR(20) NOT NULL, n INT NOT NULL);
INSERT INTO draft VALUES ('c', 3), ('d', 4);
UPDATE draft SET n = n + 10;
ALTER TABLE item ADD COLUMN source VARCHAR(10) NULL;
INSERT INTO item (name, n, source) SELECT name, n, 'draft' FROM draft ORDER BY name;
DROP TEMPORARY TABLE draft;
UPDATE item SET n = n + 1;
INSERT INTO ledger (entry, n) SELECT CONCAT('item ', name), n FROM item ORDER BY id;
