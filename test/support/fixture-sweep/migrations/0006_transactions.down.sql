START TRANSACTION;
INSERT INTO ledger (entry, n) SELECT CONCAT('down ', reason), amount FROM transfer ORDER BY id;
DELETE FROM transfer ORDER BY id DESC LIMIT 1;
COMMIT;
START TRANSACTION;
INSERT INTO ledger (entry, n) SELECT 'left', COUNT(*) FROM transfer;
DROP TABLE transfer;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
COMMIT;
