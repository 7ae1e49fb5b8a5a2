-- Another database: made, written, altered by name, by USE and by a procedure, and read from here.
CREATE DATABASE sweep_other CHARACTER SET utf8mb4;
CREATE TABLE sweep_other.far (id INT NOT NULL PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB;
INSERT INTO sweep_other.far VALUES (1, 1), (2, 2);
ALTER TABLE sweep_other.far ADD COLUMN hops INT NOT NULL DEFAULT 1;
UPDATE sweep_other.far SET n = n + hops;
CREATE PROCEDURE index_far() ALTER TABLE sweep_other.far ADD INDEX (n);
CALL index_far();
UPDATE sweep_other.far f JOIN counter c ON c.name = 'main' SET f.n = f.n * 2, c.n = MOD(c.n * 3 + 7, 1000003);
USE sweep_other;
CREATE INDEX far_hops ON far (hops);
UPDATE far SET hops = hops + 1;
CREATE TABLE farther LIKE far;
INSERT INTO farther SELECT * FROM far;
RENAME TABLE farther TO farthest;
USE sweep_here;
INSERT INTO ledger (entry, n) SELECT 'far', SUM(n * hops) FROM sweep_other.farthest;
DROP PROCEDURE index_far;
