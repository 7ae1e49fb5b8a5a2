-- The same statement several times in a row: each makes something more, or leaves all as it was.
CREATE TABLE twice (id INT NOT NULL PRIMARY KEY, a INT NOT NULL, b INT NULL) ENGINE=InnoDB;
INSERT INTO twice (id, a) VALUES (1, 1), (2, 2);
ALTER TABLE twice ADD INDEX (a);
ALTER TABLE twice ADD INDEX (a);
ALTER TABLE twice ADD CHECK (a > 0);
ALTER TABLE twice ADD CHECK (a > 0);
UPDATE twice SET b = a;
ALTER TABLE twice COMMENT = 'the same';
ALTER TABLE twice COMMENT = 'the same';
UPDATE twice SET b = b + 1;
ALTER TABLE twice ENGINE = InnoDB;
ALTER TABLE twice ENGINE = InnoDB;
UPDATE twice SET b = b * 2;
ALTER TABLE twice MODIFY b INT NOT NULL;
ALTER TABLE twice MODIFY b INT NOT NULL;
INSERT INTO ledger (entry, n) SELECT 'twice', SUM(b) FROM twice;
