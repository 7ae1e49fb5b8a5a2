INSERT INTO ledger (entry, n) SELECT 'down tick', n FROM tick;
ALTER EVENT monthly RENAME TO hourly;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
DROP EVENT hourly;
DROP TABLE tick;
