INSERT INTO ledger (entry, n) VALUES (CONCAT_WS('/', @@sql_mode, @@time_zone, IFNULL(@leaked, 'clean'), @@foreign_key_checks), NOW() > '2010-01-01');
CREATE TABLE left_behind (n INT NOT NULL) ENGINE=InnoDB;
INSERT INTO left_behind VALUES (1);
UPDATE left_behind SET n = n + 1;
