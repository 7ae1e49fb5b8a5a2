-- Numbers that the server gave, which later rows use: as LAST_INSERT_ID(), as they are known to come out, and by a
-- variable that counts on.
CREATE TABLE role (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE member (role_id INT NOT NULL, place INT NOT NULL, name VARCHAR(20) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO role (name) VALUES ('admin'), ('user');
INSERT INTO member VALUES (1, 0, 'ada'), (2, 0, 'grace');
UPDATE role SET name = 'root' WHERE id = 1;
INSERT INTO role (id, name) VALUES (500, 'guest');
INSERT INTO role (name) VALUES ('late guest');
ALTER TABLE member ADD COLUMN since INT NOT NULL DEFAULT 1;
INSERT INTO member (role_id, place, name) SELECT LAST_INSERT_ID(), 0, CONCAT(name, ' too') FROM role WHERE id < 500 ORDER BY id;
SET @place := 0;
UPDATE member SET place = (@place := @place + 1) ORDER BY role_id, name;
ALTER TABLE member MODIFY since BIGINT NOT NULL DEFAULT 1;
UPDATE member SET since = (@place := @place + 10) ORDER BY name;
START TRANSACTION;
INSERT INTO role (name) VALUES ('chained');
INSERT INTO member (role_id, place, name) VALUES (LAST_INSERT_ID(), @place, 'linus');
UPDATE role SET name = 'last' WHERE id = 502;
COMMIT;
INSERT INTO ledger (entry, n) SELECT CONCAT_WS('/', 'member', m.name, m.place, m.since, r.name), r.id FROM member m JOIN role r ON r.id = m.role_id ORDER BY m.place, m.name;
