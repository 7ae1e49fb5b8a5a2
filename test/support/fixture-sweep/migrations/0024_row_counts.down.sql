UPDATE source SET n = n - 1 WHERE id > 1;
INSERT INTO ledger (entry, n) VALUES ('down updated', ROW_COUNT());
DROP TABLE taken_again;
DROP TABLE taken;
DROP TABLE source;
