-- Tables that are emptied and filled again: a second TRUNCATE would take the rows that came since.
CREATE TABLE queue (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB;
INSERT INTO queue (n) VALUES (1), (2), (3);
TRUNCATE TABLE queue;
INSERT INTO queue (n) VALUES (4), (5);
UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main';
TRUNCATE queue;
TRUNCATE queue;
INSERT INTO queue (n) SELECT n FROM counter WHERE name = 'main';
INSERT INTO ledger (entry, n) SELECT 'queue', id FROM queue;
DELETE FROM queue;
INSERT INTO queue (n) VALUES (6);
INSERT INTO ledger (entry, n) SELECT 'queue again', id FROM queue;
