INSERT INTO ledger (entry, n) SELECT CONCAT('down ', body), n FROM loose ORDER BY id;
SELECT @@foreign_key_checks INTO @checks;
SET foreign_key_checks = 0;
DROP INDEX loose_body ON loose;
SET foreign_key_checks = @checks;
UPDATE loose SET n = n + 1;
ALTER TABLE loose DROP COLUMN body;
INSERT INTO ledger (entry, n) SELECT CONCAT('down ', @@foreign_key_checks + 0), n FROM loose ORDER BY id;
DROP TABLE loose;
