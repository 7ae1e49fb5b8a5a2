CREATE TEMPORARY TABLE kept AS SELECT name, n FROM item WHERE source IS NULL;
INSERT INTO ledger (entry, n) SELECT CONCAT('kept ', name), n FROM kept ORDER BY name;
UPDATE kept SET n = n * 2;
INSERT INTO ledger (entry, n) SELECT CONCAT('twice ', name), n FROM kept ORDER BY name;
DROP TEMPORARY TABLE kept;
ALTER TABLE item DROP COLUMN source;
UPDATE item SET n = n + 1;
INSERT INTO ledger (entry, n) SELECT CONCAT('down item ', name), n FROM item ORDER BY id;
DROP TABLE item;
