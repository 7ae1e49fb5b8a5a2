-- ==== a table comes
CREATE TABLE a (x int);
-- ---- after
CREATE TABLE a (x int);
CREATE TABLE b (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(50) NOT NULL, UNIQUE u (name)) COMMENT 'it''s new';

-- ==== a table goes
CREATE TABLE a (x int);
CREATE TABLE b (x int);
-- ---- after
CREATE TABLE a (x int);
-- ---- loses
-- drops table b with its rows

-- ==== the comment of a table
CREATE TABLE t (a int) COMMENT 'one';
-- ---- after
CREATE TABLE t (a int) COMMENT 'zwei, "q" \\ 😀';

-- ==== the default character set of a table, for columns to come
CREATE TABLE t (a int, b varchar(9) CHARACTER SET latin1) CHARSET latin1;
-- ---- after
CREATE TABLE t (a int, b varchar(9) CHARACTER SET latin1) CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- ==== the row format of a table
CREATE TABLE t (a int) ROW_FORMAT=COMPACT;
-- ---- after
CREATE TABLE t (a int) ROW_FORMAT=DYNAMIC STATS_PERSISTENT=1;

-- ==== the engine of a table
CREATE TABLE t (a int, KEY k (a)) ENGINE=InnoDB;
-- ---- after
CREATE TABLE t (a int, KEY k (a)) ENGINE=MyISAM;

-- ==== a table gets partitions
CREATE TABLE t (a int NOT NULL, b int);
-- ---- after
CREATE TABLE t (a int NOT NULL, b int) PARTITION BY HASH (a) PARTITIONS 4;

-- ==== a table loses its partitions
CREATE TABLE t (a int NOT NULL) PARTITION BY KEY (a) PARTITIONS 3;
-- ---- after
CREATE TABLE t (a int NOT NULL);

-- ==== more partitions
CREATE TABLE t (a int NOT NULL) PARTITION BY HASH (a) PARTITIONS 2;
-- ---- after
CREATE TABLE t (a int NOT NULL) PARTITION BY HASH (a) PARTITIONS 5;

-- ==== a range is divided
CREATE TABLE t (a int NOT NULL) PARTITION BY RANGE (a) (PARTITION p1 VALUES LESS THAN (10), PARTITION pm VALUES LESS THAN MAXVALUE);
-- ---- after
CREATE TABLE t (a int NOT NULL) PARTITION BY RANGE (a) (PARTITION p1 VALUES LESS THAN (10), PARTITION p2 VALUES LESS THAN (20), PARTITION pm VALUES LESS THAN MAXVALUE);

-- ==== other partitions altogether
CREATE TABLE t (a int NOT NULL, b int NOT NULL) PARTITION BY HASH (a) PARTITIONS 2;
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL) PARTITION BY LIST (b) (PARTITION l1 VALUES IN (0,1,2,3), PARTITION l2 VALUES IN (4,5,6));

-- ==== a history comes [mariadb]
CREATE TABLE t (a int, b int);
-- ---- after
CREATE TABLE t (a int, b int) WITH SYSTEM VERSIONING;

-- ==== everything about a table at once
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), c int, KEY k (a), UNIQUE u (b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT x CHECK (c > 0));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (
  id int PRIMARY KEY,
  d bigint NOT NULL DEFAULT 7, -- renamed from c
  b varchar(40) COMMENT 'wider',
  a int,
  e int AS (d + 1) STORED,
  UNIQUE u (b), UNIQUE u2 (a, b), KEY k2 (e), KEY k (a),
  CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE, CONSTRAINT x CHECK (d >= 0)
) COMMENT 'all of it';
-- ---- rows
INSERT INTO p VALUES (1), (2);
INSERT INTO t VALUES (1, 1, 'one', 10), (2, 2, 'two', 20);
