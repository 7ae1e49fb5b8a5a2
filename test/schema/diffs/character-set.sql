-- ==== before
CREATE TABLE t (a varchar(20), b varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin) DEFAULT CHARSET latin1;

-- ==== after
CREATE TABLE t (a varchar(20), b varchar(20) COLLATE utf8mb4_bin) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- ==== up
ALTER TABLE `t`
  MODIFY COLUMN `a` varchar(20) DEFAULT NULL,
  DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- ==== down
-- DESTRUCTIVE: changes column t.a: utf8mb4 to latin1: characters that latin1 does not have are refused or lost
ALTER TABLE `t`
  MODIFY COLUMN `a` varchar(20) DEFAULT NULL,
  DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci;
