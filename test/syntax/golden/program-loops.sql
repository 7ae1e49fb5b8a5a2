CREATE PROCEDURE p(n INT)
outer_loop: BEGIN
  DECLARE i INT DEFAULT 0;
  again: LOOP
    SET i = i + 1;
    IF i > 3 THEN LEAVE again; END IF;
    ITERATE again;
  END LOOP again;
  WHILE i > 0 DO SET i = i - 1; DO SLEEP(0); END WHILE;
  `w x`: WHILE i < REPEAT('1', 1) DO
    DO IF(1, 2, 3);
    SET i = i + 1;
  END WHILE `w x`;
  REPEAT SET i = i - 1; UNTIL i < 0 END REPEAT;
  r: REPEAT
    REPEAT SET i = i - 1; UNTIL CASE WHEN i < -5 THEN 1 ELSE 0 END END REPEAT;
    SELECT REPEAT('x;', 2), REPLACE('a', 'b', 'c'), IF(1, 2, 3), LEFT('abc', 1);
  UNTIL TRUE
  END REPEAT r;
END outer_loop;
SELECT 1;
