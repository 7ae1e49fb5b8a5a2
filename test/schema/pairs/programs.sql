-- ==== a view comes, over another one
CREATE TABLE t (a int, b int);
-- ---- after
CREATE TABLE t (a int, b int);
CREATE VIEW w AS SELECT a, b FROM t WHERE a > 1;
CREATE VIEW v AS SELECT a FROM w;

-- ==== a view goes with its table
CREATE TABLE t (a int);
CREATE TABLE u (a int);
CREATE VIEW v AS SELECT t.a FROM t JOIN u ON t.a = u.a;
-- ---- after
CREATE TABLE t (a int);
-- ---- loses
-- drops table u with its rows

-- ==== the query of a view, its security and its algorithm
CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT a FROM t;
CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW w AS SELECT a FROM t WHERE b > 0 WITH LOCAL CHECK OPTION;
-- ---- after
CREATE TABLE t (a int, b int);
CREATE VIEW v (x, y) AS SELECT a, b FROM t;
CREATE VIEW w AS SELECT a FROM t WHERE b > 0;

-- ==== views change the order in which they need each other
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW w AS SELECT a FROM v;
-- ---- after
CREATE TABLE t (a int);
CREATE VIEW w AS SELECT a FROM t;
CREATE VIEW v AS SELECT a FROM w;

-- ==== a column that a view shows is added with the view
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t;
-- ---- after
CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT a, b FROM t;

-- ==== a trigger comes between two others
CREATE TABLE t (a int);
CREATE TRIGGER g1 BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a + 1;
CREATE TRIGGER g3 BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a * 2;
-- ---- after
CREATE TABLE t (a int);
CREATE TRIGGER g1 BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a + 1;
CREATE TRIGGER g2 BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a + 0;
CREATE TRIGGER g3 BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a * 2;

-- ==== triggers change their order
CREATE TABLE t (a int);
CREATE TRIGGER g1 BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 1;
CREATE TRIGGER g2 BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 2;
-- ---- after
CREATE TABLE t (a int);
CREATE TRIGGER g2 BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 2;
CREATE TRIGGER g1 BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 1;

-- ==== the body of a trigger
CREATE TABLE t (a int);
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
-- ---- after
CREATE TABLE t (a int);
DELIMITER //
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN
  IF NEW.a > 5 THEN SET NEW.a = 5; END IF; -- it's; capped
END//
DELIMITER ;

-- ==== a trigger moves to a renamed table
CREATE TABLE t (a int);
CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW SET @x = OLD.a;
-- ---- after
CREATE TABLE u ( -- renamed from t
  a int
);
CREATE TRIGGER g BEFORE DELETE ON u FOR EACH ROW SET @x = OLD.a;

-- ==== the comment of a routine [mysql]
CREATE PROCEDURE p(IN a int, OUT b varchar(10)) COMMENT 'one' SELECT a INTO b;
CREATE FUNCTION f(x int) RETURNS varchar(10) CHARSET latin1 DETERMINISTIC NO SQL RETURN x;
-- ---- after
CREATE PROCEDURE p(IN a int, OUT b varchar(10)) COMMENT 'it''s\ntwo' SELECT a INTO b;
CREATE FUNCTION f(x int) RETURNS varchar(10) CHARSET latin1 DETERMINISTIC READS SQL DATA SQL SECURITY INVOKER COMMENT 'x' RETURN x;

-- ==== the comment of a routine that is replaced [mariadb]
CREATE PROCEDURE p(IN a int, OUT b varchar(10)) COMMENT 'one' SELECT a INTO b;
-- ---- after
CREATE PROCEDURE p(IN a int, OUT b varchar(10)) COMMENT 'it''s\ntwo' SELECT a INTO b;

-- ==== a routine goes and another one comes
CREATE PROCEDURE p() SELECT 1;
-- ---- after
CREATE FUNCTION f() RETURNS int NO SQL RETURN 1;

-- ==== the mode that a routine remembers [mariadb]
CREATE PROCEDURE p() SELECT "a";
-- ---- after
SET sql_mode = 'ANSI_QUOTES';
CREATE PROCEDURE p() SELECT "a";

-- ==== an event comes
CREATE TABLE t (a int);
-- ---- after
CREATE TABLE t (a int);
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2036-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'it''s' DO DELETE FROM t;

-- ==== the schedule and the state of an event
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2036-01-01 00:00:00' DISABLE DO SELECT 1;
CREATE EVENT f ON SCHEDULE EVERY 1 HOUR DISABLE DO SELECT 1;
-- ---- after
CREATE EVENT e ON SCHEDULE EVERY 2 DAY STARTS '2036-01-01 00:00:00' ENABLE DO SELECT 1;
CREATE EVENT f ON SCHEDULE EVERY 1 HOUR DISABLE COMMENT 'x' DO SELECT 2;

-- ==== sequences [mariadb]
CREATE SEQUENCE s START WITH 5;
CREATE TABLE t (a bigint DEFAULT (NEXTVAL(s)));
-- ---- after
CREATE SEQUENCE s START WITH 5 INCREMENT BY 2 CYCLE CACHE 10;
CREATE SEQUENCE r;
CREATE TABLE t (a bigint DEFAULT (NEXTVAL(s)), b bigint DEFAULT (NEXTVAL(r)));
