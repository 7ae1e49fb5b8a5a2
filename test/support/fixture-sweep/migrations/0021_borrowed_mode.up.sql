-- A setting that is put back from a variable which a query filled.
SELECT @@sql_mode, @@time_zone INTO @mode, @zone;
SET sql_mode = '', time_zone = '+07:00';
CREATE TABLE loose (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, body VARCHAR(3) NOT NULL, at TIMESTAMP NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO loose (body, at) VALUES ('longer', '2020-01-01 00:00:00');
SET sql_mode = @mode, time_zone = @zone;
ALTER TABLE loose ADD COLUMN n INT NOT NULL DEFAULT 1;
INSERT INTO loose (body, at, n) SELECT 'ok', '2020-01-01 00:00:00', @@sql_mode = @mode;
CREATE INDEX loose_body ON loose (body);
UPDATE loose SET n = n + 1;
