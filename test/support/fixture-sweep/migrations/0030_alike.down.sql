ALTER TABLE twice DROP INDEX a_2;
ALTER TABLE twice DROP INDEX a;
ALTER TABLE twice ADD INDEX (a);
UPDATE twice SET b = b + 1;
ALTER TABLE twice DROP INDEX a;
INSERT INTO ledger (entry, n) SELECT 'down twice', SUM(b) FROM twice;
DROP TABLE twice;
