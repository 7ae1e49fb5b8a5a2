UPDATE ticket SET n = n + 1;
INSERT INTO ledger (entry, n) SELECT 'down ticket', n FROM ticket ORDER BY id;
CREATE TABLE drop_b LIKE drop_a;
INSERT INTO drop_b SELECT id + 1, again FROM drop_a;
INSERT INTO drop_a SELECT id, again FROM drop_b;
INSERT INTO ledger (entry, n) SELECT 'down drop_a', COUNT(*) FROM drop_a;
DROP TABLE drop_a, ticket, drop_b;
