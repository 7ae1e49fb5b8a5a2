CREATE PROCEDURE p()
BEGIN
  SELECT begin, end FROM bookings;
  SELECT b.begin, b.end, b . end FROM bookings b;
  SELECT `begin`, `end`, `case`, `if`, @begin, @end, @`case` FROM t;
  SELECT 1 AS end, 2 begin;
  INSERT INTO t (begin, end) VALUES (1, 2);
  UPDATE bookings SET end = begin WHERE end > begin;
  SELECT CASE WHEN begin THEN end END, CASE end WHEN end THEN begin ELSE end END, CASE WHEN a = end THEN 1 END;
  SELECT CASE WHEN EXISTS (SELECT 1 end) THEN (SELECT end) END;
  DROP TABLE IF EXISTS end;
  CREATE TABLE IF NOT EXISTS end (end INT, `if` INT);
  REPEAT SET @a = 1; UNTIL @a = end END REPEAT;
  IF CASE WHEN end = 1 THEN 1 END THEN IF 1 THEN SELECT 1; END IF; END IF;
  IF b.case = 1 OR @case THEN IF 1 THEN SELECT 1; END IF; END IF;
  SET @end = 1, @@session.sort_buffer_size = 1;
  START TRANSACTION;
  COMMIT;
END;
SELECT 1;
