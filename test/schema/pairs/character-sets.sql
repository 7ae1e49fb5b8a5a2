-- ==== a column is added beside a check of ascii
CREATE TABLE t (id int, a varchar(9) CHARACTER SET ascii, CONSTRAINT c CHECK (a <> ''));
-- ---- after
CREATE TABLE t (id int, a varchar(9) CHARACTER SET ascii, b bigint, CONSTRAINT c CHECK (a <> ''));

-- ==== a column is changed beside checks of many character sets
CREATE TABLE t (
  id int,
  a varchar(9) CHARACTER SET latin1,
  b varchar(9) CHARACTER SET gbk,
  c varchar(9) CHARACTER SET utf16,
  d varchar(9) CHARACTER SET utf8mb3,
  e varchar(9) CHARACTER SET koi8r,
  f varbinary(9),
  g varchar(9) CHARACTER SET ucs2,
  h varchar(9) CHARACTER SET cp1251,
  CONSTRAINT c1 CHECK (a <> 'é' AND a NOT IN ('x', 'ÿ?')),
  CONSTRAINT c2 CHECK (b <> '你' AND b <> 'x'),
  CONSTRAINT c3 CHECK (c <> 'x😀'),
  CONSTRAINT c4 CHECK (d NOT LIKE 'é%'),
  CONSTRAINT c5 CHECK (e <> 'ж'),
  CONSTRAINT c6 CHECK (f <> 'x'),
  CONSTRAINT c7 CHECK (g <> 'é'),
  CONSTRAINT c8 CHECK (h <> 'ж' OR h = 'x')
) CHARSET utf8mb4;
-- ---- rows
INSERT INTO t (id, a, b, c, d, e, f, g, h) VALUES (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
-- ---- after
CREATE TABLE t (
  id bigint,
  a varchar(9) CHARACTER SET latin1,
  b varchar(9) CHARACTER SET gbk,
  c varchar(9) CHARACTER SET utf16,
  d varchar(9) CHARACTER SET utf8mb3,
  e varchar(9) CHARACTER SET koi8r,
  f varbinary(9),
  g varchar(9) CHARACTER SET ucs2,
  h varchar(9) CHARACTER SET cp1251,
  CONSTRAINT c1 CHECK (a <> 'é' AND a NOT IN ('x', 'ÿ?')),
  CONSTRAINT c2 CHECK (b <> '你' AND b <> 'x'),
  CONSTRAINT c3 CHECK (c <> 'x😀'),
  CONSTRAINT c4 CHECK (d NOT LIKE 'é%'),
  CONSTRAINT c5 CHECK (e <> 'ж'),
  CONSTRAINT c6 CHECK (f <> 'x'),
  CONSTRAINT c7 CHECK (g <> 'é'),
  CONSTRAINT c8 CHECK (h <> 'ж' OR h = 'x')
) CHARSET utf8mb4;

-- ==== generated columns and expression defaults of other character sets
CREATE TABLE t (
  id int,
  a varchar(9) CHARACTER SET latin1,
  g varchar(20) CHARACTER SET latin1 AS (concat(a, 'é?')) STORED,
  d varchar(20) CHARACTER SET latin1 DEFAULT (concat('é', 'x?'))
) CHARSET latin1;
-- ---- after
CREATE TABLE t (
  id bigint,
  a varchar(9) CHARACTER SET latin1,
  g varchar(20) CHARACTER SET latin1 AS (concat(a, 'é?')) STORED,
  d varchar(20) CHARACTER SET latin1 DEFAULT (concat('é', 'x?')),
  e int
) CHARSET latin1;

-- ==== an enum gets a rare character
CREATE TABLE t (a enum('a', '?'), b set('x', 'y'));
-- ---- after
CREATE TABLE t (a enum('a', '?', '😀'), b set('x', 'y', '𠮷'));

-- ==== question marks become a rare character
CREATE TABLE t (a varchar(9) DEFAULT '?', CONSTRAINT c CHECK (a <> '????'));
-- ---- after
CREATE TABLE t (a varchar(9) DEFAULT '😀', CONSTRAINT c CHECK (a <> '😀'));
