-- ==== before
CREATE TABLE t (a int, b int, c int, d int, e int);

-- ==== after
CREATE TABLE t (a int, d int, b int, c int, e int);

-- ==== up
ALTER TABLE `t`
  MODIFY COLUMN `d` int DEFAULT NULL AFTER `a`;

-- ==== down
ALTER TABLE `t`
  MODIFY COLUMN `d` int DEFAULT NULL AFTER `c`;
