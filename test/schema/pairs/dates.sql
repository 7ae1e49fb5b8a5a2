-- ==== a column is added to a table with zero dates
SET sql_mode = '';
CREATE TABLE t (id int, d date NOT NULL DEFAULT '0000-00-00', m datetime NOT NULL DEFAULT '0000-00-00 00:00:00', s timestamp NOT NULL DEFAULT '0000-00-00 00:00:00', z date DEFAULT '2020-00-01');
-- ---- after
SET sql_mode = '';
CREATE TABLE t (id bigint, d date NOT NULL DEFAULT '0000-00-00', m datetime NOT NULL DEFAULT '0000-00-00 00:00:00', s timestamp NOT NULL DEFAULT '0000-00-00 00:00:00', z date DEFAULT '2020-00-01', n int, KEY k (n));

-- ==== zero dates go
SET sql_mode = '';
CREATE TABLE t (id int, d date NOT NULL DEFAULT '0000-00-00', e date DEFAULT '0000-00-00');
-- ---- after
CREATE TABLE t (id int, d date NOT NULL, e date DEFAULT NULL);

-- ==== a table with zero dates comes
CREATE TABLE t (id int);
-- ---- after
CREATE TABLE t (id int);
SET sql_mode = '';
CREATE TABLE u (id int, d date NOT NULL DEFAULT '0000-00-00') COMMENT 'old';

-- ==== a date that no calendar has
SET sql_mode = 'ALLOW_INVALID_DATES';
CREATE TABLE t (id int, d date DEFAULT '2021-02-29', e date DEFAULT '0000-00-00');
-- ---- after
SET sql_mode = 'ALLOW_INVALID_DATES';
CREATE TABLE t (id bigint, d date DEFAULT '2021-02-31', e date DEFAULT '0000-00-00');

-- ==== partitions of a table with zero dates
SET sql_mode = '';
CREATE TABLE t (id int NOT NULL, d date NOT NULL DEFAULT '0000-00-00') PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10));
-- ---- after
SET sql_mode = '';
CREATE TABLE t (id int NOT NULL, d date NOT NULL DEFAULT '0000-00-00') PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10), PARTITION q VALUES LESS THAN (20));

-- ==== an option that the row format ignores [mariadb]
SET innodb_strict_mode = 0;
CREATE TABLE t (id int) ROW_FORMAT=COMPACT KEY_BLOCK_SIZE=8;
SET innodb_strict_mode = DEFAULT;
-- ---- after
SET innodb_strict_mode = 0;
CREATE TABLE t (id int, n int) ROW_FORMAT=COMPACT KEY_BLOCK_SIZE=8;
SET innodb_strict_mode = DEFAULT;

-- ==== words that a mode reads in another way
CREATE TABLE t (a varchar(9), b varchar(9));
-- ---- after
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE TABLE t (a varchar(9), b varchar(9), CONSTRAINT c CHECK ("a" || 'x' <> 'y'));
CREATE VIEW v AS SELECT "a" || 'x' AS "z" FROM "t";
