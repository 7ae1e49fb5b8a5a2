-- Renames, a swap of two tables that differ, and a swap of two that differ in nothing but their rows.
CREATE TABLE left_side (id INT NOT NULL PRIMARY KEY, side VARCHAR(10) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE right_side (id INT NOT NULL PRIMARY KEY, side VARCHAR(10) NOT NULL, more INT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO left_side VALUES (1, 'left');
INSERT INTO right_side VALUES (1, 'right', 7);
RENAME TABLE left_side TO swap, right_side TO left_side, swap TO right_side;
UPDATE left_side SET more = more + 1;
CREATE TABLE twin_a (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, who VARCHAR(10) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE twin_b LIKE twin_a;
INSERT INTO twin_a (who) VALUES ('a');
INSERT INTO twin_b (who) VALUES ('b');
RENAME TABLE twin_a TO twin_swap, twin_b TO twin_a, twin_swap TO twin_b;
INSERT INTO ledger (entry) SELECT CONCAT('twin_a holds ', who) FROM twin_a ORDER BY id;
INSERT INTO twin_a (who) VALUES ('later');
ALTER TABLE twin_a RENAME TO twin_c;
RENAME TABLE twin_c TO twin_a;
ALTER TABLE right_side RENAME COLUMN side TO edge;
UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main';
