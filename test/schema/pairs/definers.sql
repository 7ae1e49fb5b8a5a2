-- ==== the definer of a view comes
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t;
-- ---- after
CREATE TABLE t (a int);
CREATE DEFINER=`app`@`%` VIEW v AS SELECT a FROM t;

-- ==== the definer of a view goes
CREATE TABLE t (a int);
CREATE DEFINER=`app`@`%` SQL SECURITY INVOKER VIEW v AS SELECT a FROM t;
-- ---- after
CREATE TABLE t (a int);
CREATE SQL SECURITY INVOKER VIEW v AS SELECT a FROM t;

-- ==== the definer of a routine is another one [mysql]
CREATE DEFINER=`app`@`%` PROCEDURE p() SELECT 1;
CREATE DEFINER=`app`@`%` FUNCTION f() RETURNS int NO SQL RETURN 1;
-- ---- after
CREATE DEFINER=`web`@`localhost` PROCEDURE p() SELECT 1;
CREATE FUNCTION f() RETURNS int NO SQL RETURN 1;
-- ---- loses
-- drops function f to make it again: what was granted on it alone (GRANT EXECUTE ON FUNCTION) is lost
-- drops procedure p to make it again: what was granted on it alone (GRANT EXECUTE ON PROCEDURE) is lost

-- ==== the definer of a routine is another one, and it is replaced [mariadb]
CREATE DEFINER=`app`@`%` PROCEDURE p() SELECT 1;
CREATE DEFINER=`app`@`%` FUNCTION f() RETURNS int NO SQL RETURN 1;
-- ---- after
CREATE DEFINER=`web`@`localhost` PROCEDURE p() SELECT 1;
CREATE FUNCTION f() RETURNS int NO SQL RETURN 1;

-- ==== the definer of a trigger
CREATE TABLE t (a int);
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
CREATE DEFINER=`app`@`%` TRIGGER h BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2;
-- ---- rows
DO 'no row can be inserted for an account that is not there';
-- ---- after
CREATE TABLE t (a int);
CREATE DEFINER=`app`@`%` TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2;

-- ==== the definer of an event
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;
CREATE DEFINER=`app`@`%` EVENT f ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;
-- ---- after
CREATE DEFINER=`app`@`%` EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;
CREATE EVENT f ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;
