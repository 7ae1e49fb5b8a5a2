TRUNCATE TABLE queue;
INSERT INTO queue (n) VALUES (7);
INSERT INTO ledger (entry, n) SELECT 'down queue', id FROM queue;
DROP TABLE queue;
