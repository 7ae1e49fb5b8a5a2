SET NAMES latin1;
INSERT INTO ledger (entry, n) SELECT CONCAT('down ', label), n FROM narrow ORDER BY id;
ALTER TABLE narrow DROP COLUMN extra;
UPDATE narrow SET n = n + 1;
SET SESSION sql_select_limit = 1;
DROP INDEX narrow_n ON narrow;
INSERT INTO ledger (entry, n) SELECT CONCAT('down again ', label), n FROM narrow ORDER BY id;
DROP TABLE narrow;
