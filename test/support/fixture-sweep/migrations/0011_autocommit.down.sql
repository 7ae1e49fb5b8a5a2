SET autocommit = 0;
UPDATE quiet SET n = n + 1;
INSERT INTO ledger (entry, n) SELECT 'down quiet', SUM(n) FROM quiet;
COMMIT;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
DROP TABLE quiet;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
SET autocommit = 1;
