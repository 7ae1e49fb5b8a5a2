LOCK TABLES seat WRITE, ledger WRITE;
UPDATE seat SET taken = taken * 3;
INSERT INTO ledger (entry, n) VALUES ('locked down', 1);
UNLOCK TABLES;
INSERT INTO ledger (entry, n) SELECT 'down seat', taken FROM seat ORDER BY id;
LOCK TABLES seat WRITE, counter WRITE;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
DROP TABLE seat;
UNLOCK TABLES;
