-- Rows in tables that know no ROLLBACK, by hand, by a trigger and by a procedure: when the connection dies in such a
-- statement, nobody can know how many rows it reached, so each says that it may be asked about.
CREATE TABLE audit (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, what VARCHAR(20) NOT NULL, n INT NOT NULL) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4;
CREATE TABLE wage (id INT NOT NULL PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB;
INSERT INTO wage VALUES (1, 1), (2, 2), (3, 3);
INSERT /* may be asked about */ INTO audit (what, n) SELECT 'by hand', n FROM wage ORDER BY id;
CREATE TRIGGER wage_raised AFTER UPDATE ON wage FOR EACH ROW INSERT INTO audit (what, n) VALUES ('by trigger', NEW.n);
UPDATE /* may be asked about */ wage SET n = n + 10 ORDER BY id;
CREATE PROCEDURE note_wages() INSERT INTO audit (what, n) SELECT 'by procedure', n FROM wage ORDER BY id;
UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main';
CALL /* may be asked about */ note_wages();
DROP PROCEDURE note_wages;
