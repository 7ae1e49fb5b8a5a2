-- ==== before
CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC RETURN x;

-- ==== after
CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC RETURN x + 1;
SET sql_mode = 'ANSI_QUOTES';
DELIMITER //
CREATE PROCEDURE p() BEGIN SELECT 'a;b'; END//
DELIMITER ;

-- ==== up
-- DESTRUCTIVE: drops function f to make it again: what was granted on it alone (GRANT EXECUTE ON FUNCTION) is lost
DROP FUNCTION `f`;

CREATE FUNCTION `f`(x int) RETURNS int
    DETERMINISTIC
RETURN x + 1;

SET @saved_sql_mode = @@SESSION.sql_mode;
SET SESSION sql_mode = 'ANSI_QUOTES';
DELIMITER //
CREATE PROCEDURE `p`()
BEGIN SELECT 'a;b'; END//
DELIMITER ;
SET SESSION sql_mode = @saved_sql_mode;

-- ==== down
-- DESTRUCTIVE: drops function f to make it again: what was granted on it alone (GRANT EXECUTE ON FUNCTION) is lost
DROP FUNCTION `f`;

DROP PROCEDURE `p`;

CREATE FUNCTION `f`(x int) RETURNS int
    DETERMINISTIC
RETURN x;
