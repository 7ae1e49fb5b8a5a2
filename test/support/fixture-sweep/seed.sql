-- What is there before the first migration and after the last down: an append-only log, and a counter whose
-- value depends on how often and in which order it was moved on.
CREATE TABLE ledger (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, entry VARCHAR(200) NOT NULL, n BIGINT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE counter (name VARCHAR(20) NOT NULL PRIMARY KEY, n BIGINT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO counter VALUES ('main', 1);
INSERT INTO ledger (entry, n) VALUES ('seed', 1);
