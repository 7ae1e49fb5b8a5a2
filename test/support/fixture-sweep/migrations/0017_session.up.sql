-- Session settings that count: the mode decides whether a row is cut, a procedure remembers it, the clock and
-- the time zone are in the rows. None of them is put back: the next migration must not see them.
SET SESSION sql_mode = '';
SET timestamp = 1000000000;
SET time_zone = '+03:00', @leaked = 'leaked';
CREATE TABLE memo (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, body VARCHAR(5) NOT NULL, written DATETIME NOT NULL, stamped TIMESTAMP NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO memo (body, written, stamped) VALUES ('longer than five', NOW(), '2020-01-01 03:00:00');
CREATE PROCEDURE lenient() INSERT INTO memo (body, written) VALUES ('from a procedure', NOW());
INSERT INTO memo (body, written, stamped) VALUES ('again too long', NOW(), '2020-01-01 03:00:00');
CALL lenient();
ALTER TABLE memo ADD COLUMN n INT NOT NULL DEFAULT 0;
UPDATE memo SET n = n + 1;
INSERT INTO memo (body, written) VALUES ('and too long', NOW());
CREATE TEMPORARY TABLE left_behind (n INT);
