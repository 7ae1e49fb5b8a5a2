INSERT INTO ledger (entry, n) SELECT CONCAT('down view ', place), total FROM reading_sum ORDER BY place;
DROP VIEW reading_sum;
UPDATE reading SET value = value + 1;
CREATE VIEW reading_sum AS SELECT SUM(value) AS total FROM reading;
INSERT INTO ledger (entry, n) SELECT 'down view', total FROM reading_sum;
DROP VIEW IF EXISTS reading_sum;
DROP TABLE reading;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
