INSERT INTO ledger (entry, n) SELECT 'down sale', SUM(n) FROM sale;
ALTER TABLE sale REMOVE PARTITIONING;
DROP TABLE sale_old;
DROP TABLE sale;
