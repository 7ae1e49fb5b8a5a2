-- ==== before
CREATE TABLE gone (a int);
CREATE TABLE t (a int, b varchar(50), c enum('x','y'), d datetime(6));

-- ==== after
CREATE TABLE t (b varchar(20), c enum('x'), d datetime);

-- ==== up
-- DESTRUCTIVE: drops table gone with its rows
DROP TABLE `gone`;

-- DESTRUCTIVE: drops column t.a with its values
-- DESTRUCTIVE: changes column t.b: varchar(50) to varchar(20): values that are too long or too large are refused or cut
-- DESTRUCTIVE: changes column t.c: enum('x','y') to enum('x'): rows with 'y' lose the value
-- DESTRUCTIVE: changes column t.d: datetime(6) to datetime: values that are too long or too large are refused or cut
ALTER TABLE `t`
  DROP COLUMN `a`,
  MODIFY COLUMN `b` varchar(20) DEFAULT NULL,
  MODIFY COLUMN `c` enum('x') DEFAULT NULL,
  MODIFY COLUMN `d` datetime DEFAULT NULL;

-- ==== down
CREATE TABLE `gone` (
  `a` int DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

ALTER TABLE `t`
  ADD COLUMN `a` int DEFAULT NULL FIRST,
  MODIFY COLUMN `b` varchar(50) DEFAULT NULL,
  MODIFY COLUMN `c` enum('x','y') DEFAULT NULL,
  MODIFY COLUMN `d` datetime(6) DEFAULT NULL;
