SET @keys = @@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS = 0;
INSERT INTO ledger (entry, n) SELECT CONCAT('down line ', words), page_id FROM line ORDER BY id;
DROP TABLE page;
UPDATE line SET page_id = page_id + 50;
INSERT INTO ledger (entry, n) SELECT 'orphans', SUM(page_id) FROM line;
DROP TABLE line;
SET FOREIGN_KEY_CHECKS = @keys;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
