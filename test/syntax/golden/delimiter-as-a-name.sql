CREATE TABLE formats (
  id INT,
  delimiter VARCHAR(10),
  `delimiter ;` INT
);
SELECT delimiter FROM formats WHERE
delimiter = '//';
SELECT 'a
DELIMITER //
b';
/*
DELIMITER //
*/
-- DELIMITER //
SELECT delimiters FROM t;
